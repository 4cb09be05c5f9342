-- What wrk sends is in the environment; it answers one JSON line: requests a second, milliseconds, what went wrong.
wrk.method = os.getenv("BENCH_METHOD")
wrk.body = os.getenv("BENCH_BODY")
for name in ("Authorization organization-id Content-Type"):gmatch("%S+") do
  wrk.headers[name] = os.getenv("BENCH_" .. name:upper():gsub("-", "_"))
end

function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    '{"rate": %.1f, "p50": %.2f, "p95": %.2f, "errors": %d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000,
    latency:percentile(95) / 1000,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  ))
end
