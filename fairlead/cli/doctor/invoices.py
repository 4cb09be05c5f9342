"""Invoices: their sums, and what was issued. The arithmetic is written again here, in SQL, to check the engine's."""

from fairlead.cli.doctor.rule import Rule

_RECKON = (
    "Nobody but the database's owner can have changed an issued invoice: compare it with its issued document and "
    "its PDF, and restore the latest backup whose doctor is green. A draft is mended by saving it again."
)
_RESTORE = "Restore the latest backup whose doctor is green; the PDF that was sent shows what was issued."


def quotient(dividend: str, divisor: str) -> str:
    """The quotient rounded half away from zero to `places`: exact, as a division of `numeric` is not."""
    return (
        f"sign({dividend}) * div(2 * abs({dividend}) * ('1e' || places)::numeric + {divisor}, 2 * {divisor})"
        " * ('1e-' || places)::numeric"
    )


_LINES = f"""
    SELECT format('%%s (%%s) line %%s', coalesce(number, 'no number'), id, position)
    FROM (
        SELECT *, {quotient("worth", "price_base")} AS amount
        FROM (
            SELECT i.id, i.number, i.prices_include_tax, scale(i.total_amount) AS places, l.position, l.price_base,
                l.net_amount, l.gross_amount, l.discount_percent, coalesce(l.discount_amount, 0) AS discount,
                coalesce(l.charge_amount, 0) AS charge, l.quantity * l.rate AS worth
            FROM billing_invoiceline AS l JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = l.invoice_id
            WHERE l.org_id = %(org)s
        ) AS line
    ) AS line
    WHERE coalesce(gross_amount, net_amount) <> amount + charge
            - coalesce(round(amount * discount_percent * 0.01, places), discount)
        OR (gross_amount IS NOT NULL) <> prices_include_tax"""

_PERCENTAGES = """
    SELECT format('%%s (%%s) %%s %%s', coalesce(i.number, 'no number'), i.id, a.kind, a.position)
    FROM billing_invoiceamount AS a JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = a.invoice_id
    WHERE a.org_id = %(org)s AND a.percent IS NOT NULL AND a.amount <> round(a.percent * 0.01 * (
        SELECT coalesce(sum(coalesce(gross_amount, net_amount)), 0) FROM billing_invoiceline
        WHERE org_id = %(org)s AND invoice_id = i.id), scale(i.total_amount))"""

# An allowance counts below zero. `price` is gross where prices include tax; `fixed` is VAT that is not computed.
_PARTS = """
    SELECT invoice_id, vat_category, coalesce(vat_rate, -1) AS rate, net_amount AS net,
        coalesce(gross_amount, net_amount) AS price, NULL AS fixed
    FROM billing_invoiceline WHERE org_id = %(org)s
    UNION ALL
    SELECT invoice_id, vat_category, coalesce(vat_rate, -1), side * net_amount, side * amount, side * fixed_tax
    FROM billing_invoiceamount, LATERAL (SELECT CASE kind WHEN 'charge' THEN 1 ELSE -1 END) AS s (side)
    WHERE org_id = %(org)s"""

_SUMS = f"""
    SELECT format('%%s (%%s)', coalesce(i.number, 'no number'), i.id)
    FROM billing_invoice AS i
    LEFT JOIN (SELECT invoice_id, sum(net) AS net FROM ({_PARTS}) AS part GROUP BY invoice_id) AS p
        ON p.invoice_id = i.id
    WHERE i.org_id = %(org)s AND (
        i.net_amount <> coalesce(p.net, 0) OR i.total_amount <> i.net_amount + i.tax_amount
        OR i.tax_amount <> (
            SELECT coalesce(sum((r->>'tax_amount')::numeric), 0) FROM jsonb_array_elements(i.vat_breakdown) AS r))"""

_VAT = f"""
    WITH parts AS (
        SELECT invoice_id, vat_category, rate, sum(net) AS net, sum(price) AS price, coalesce(sum(fixed), 0) AS fixed,
            coalesce(sum(net) FILTER (WHERE fixed IS NULL), 0) AS taxed
        FROM ({_PARTS}) AS part GROUP BY invoice_id, vat_category, rate
    ), shown AS (
        SELECT i.id AS invoice_id, row.vat_category, coalesce(row.vat_rate, -1) AS rate, row.taxable_amount,
            row.tax_amount
        FROM billing_invoice AS i, jsonb_to_recordset(i.vat_breakdown)
            AS row (vat_category text, vat_rate numeric, taxable_amount numeric, tax_amount numeric)
        WHERE i.org_id = %(org)s
    ), compared AS (
        SELECT *, greatest(rate, 0) AS percent FROM shown FULL JOIN parts USING (invoice_id, vat_category, rate)
    )
    SELECT format('%%s (%%s) %%s %%s', coalesce(number, 'no number'), invoice_id, vat_category, nullif(rate, -1))
    FROM (
        SELECT c.*, i.number, i.prices_include_tax, i.fixed_tax, scale(i.total_amount) AS places
        FROM compared AS c JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = c.invoice_id
    ) AS of_group
    WHERE taxable_amount IS DISTINCT FROM net OR tax_amount IS DISTINCT FROM CASE
        WHEN prices_include_tax THEN price - {quotient("(price * 100)", "(100 + percent)")}
        WHEN fixed_tax IS NOT NULL THEN round(fixed_tax, places)
        ELSE round(taxed * percent * 0.01, places) + round(fixed, places) END"""

# As Python writes a Decimal, which below a millionth is with an exponent.
_RATE = """CASE WHEN scale(rate) > 6 AND abs(rate) < 0.000001
    THEN regexp_replace(trim_scale(abs(rate) * ('1e' || scale(rate))::numeric)::text, '^(.)(.+)$', '\\1.\\2')
        || 'E' || length(trim_scale(abs(rate) * ('1e' || scale(rate))::numeric)::text) - 1 - scale(rate)
    ELSE rate::text END"""

# What is printed: its type in the issued document, and what the invoice has for it. Of the seller and of the payment
# the invoice has a part; the rest is the organization's of that day.
_PRINTED = {
    **{name: ("text", f"i.{name}") for name in "number title currency language notes terms".split()},
    **{name: ("text", f"i.{name}") for name in "purchase_order buyer_reference".split()},
    **{name: ("date", f"i.{name}") for name in "issue_date due_date".split()},
    **{name: ("numeric", f"i.{name}") for name in "net_amount tax_amount total_amount".split()},
    "prices_include_tax": ("boolean", "i.prices_include_tax"),
    "line_total": ("numeric", "coalesce(l.total, 0)"),
    "lines": ("jsonb", "coalesce(l.parts, '[]')"),
    "allowances": ("jsonb", "coalesce(a.parts, '[]')"),
    "charges": ("jsonb", "coalesce(c.parts, '[]')"),
    "vat_breakdown": ("jsonb", "i.vat_breakdown"),
    "seller": ("jsonb", "kept.seller || jsonb_build_object('address', coalesce(i.from_address, '{}'))"),
    "payment": (
        "jsonb",
        (
            "CASE jsonb_typeof(kept.payment) WHEN 'object' THEN kept.payment"
            " || jsonb_build_object('terms_days', i.payment_terms, 'reference', i.number) ELSE kept.payment END"
        ),
    ),
    "buyer": (
        "jsonb",
        (
            "jsonb_build_object('name', i.name, 'email', i.email, 'phone', i.phone, 'vat_id', i.vat_id,"
            " 'address', i.to_address)"
        ),
    ),
}
_COLUMNS = ", ".join(f"{name} {type_}" for name, (type_, _) in _PRINTED.items())
_DIFFERENCES = ", ".join(
    f"CASE WHEN kept.{name} IS DISTINCT FROM {own} THEN '{name}' END" for name, (_, own) in _PRINTED.items()
)

_ISSUED = f"""
    WITH lines AS (
        SELECT invoice_id, sum(net_amount) AS total, jsonb_agg(jsonb_build_object(
            'description', description, 'quantity', trim_scale(quantity)::text, 'unit', unit, 'rate', {_RATE},
            'price_base', trim_scale(price_base)::text, 'discount_percent', trim_scale(discount_percent)::text,
            'discount_amount', discount_amount::text, 'charge_amount', charge_amount::text,
            'vat_category', vat_category, 'vat_rate', trim_scale(vat_rate)::text,
            'vat_exemption_reason', vat_exemption_reason, 'net_amount', net_amount::text,
            'gross_amount', gross_amount::text) ORDER BY position) AS parts
        FROM billing_invoiceline WHERE org_id = %(org)s GROUP BY invoice_id
    ), amounts AS (
        SELECT invoice_id, kind, jsonb_agg(jsonb_build_object(
            'reason', reason, 'amount', amount::text, 'percent', trim_scale(percent)::text,
            'vat_category', vat_category, 'vat_rate', trim_scale(vat_rate)::text) ORDER BY position) AS parts
        FROM billing_invoiceamount WHERE org_id = %(org)s GROUP BY invoice_id, kind
    ), compared AS (
        SELECT i.id, i.number, concat_ws(', ', {_DIFFERENCES}) AS differences
        FROM billing_issueddocument AS d
        JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = d.invoice_id
        LEFT JOIN lines AS l ON l.invoice_id = i.id
        LEFT JOIN amounts AS a ON a.invoice_id = i.id AND a.kind = 'allowance'
        LEFT JOIN amounts AS c ON c.invoice_id = i.id AND c.kind = 'charge'
        CROSS JOIN LATERAL jsonb_to_record(d.content::jsonb) AS kept ({_COLUMNS})
        WHERE d.org_id = %(org)s
        OFFSET 0  -- else all of it is asked twice: for the condition, and for what is found
    )
    SELECT format('%%s (%%s): %%s', number, id, differences) FROM compared WHERE differences <> ''"""

RULES = (
    Rule(
        name="totals.lines",
        means="The amount of each line is quantity × rate ÷ price base, less its discount, plus its charge.",
        do=_RECKON,
        query=_LINES,
    ),
    Rule(
        name="totals.percentages",
        means="An allowance or charge given as a percentage is that much of the sum of the lines.",
        do=_RECKON,
        query=_PERCENTAGES,
    ),
    Rule(
        name="totals.sums",
        means="Net is lines − allowances + charges, the tax is the sum of the VAT breakdown, and both are the total.",
        do=_RECKON,
        query=_SUMS,
    ),
    Rule(
        name="totals.vat",
        means="The VAT breakdown has a row for each category and rate, with what is taxable and its tax, rounded once.",
        do=_RECKON,
        query=_VAT,
    ),
    Rule(
        name="issued.kept",
        means="Every issued invoice has its issued document, and every such document its issued invoice.",
        do=_RESTORE,
        query="""
            SELECT format('%%s (%%s)', coalesce(i.number, d.number), coalesce(i.id, d.invoice_id))
            FROM (SELECT * FROM billing_invoice WHERE org_id = %(org)s AND issued_at IS NOT NULL) AS i
            FULL JOIN (SELECT * FROM billing_issueddocument WHERE org_id = %(org)s) AS d ON d.invoice_id = i.id
            WHERE i.id IS NULL OR d.id IS NULL OR d.number <> i.number""",
    ),
    Rule(
        name="issued.sealed",
        means="The SHA-256 of each issued document is that of its content.",
        do=_RESTORE,
        query="""
            SELECT format('%%s (%%s)', number, invoice_id) FROM billing_issueddocument
            WHERE org_id = %(org)s AND sha256 <> encode(sha256(convert_to(content, 'UTF8')), 'hex')""",
    ),
    Rule(
        name="issued.same",
        means="Each issued invoice says what its issued document says: number, dates, parties, texts, lines, sums.",
        do=_RESTORE,
        query=_ISSUED,
    ),
)
