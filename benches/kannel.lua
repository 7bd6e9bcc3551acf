-- wrk's side of Kannel's sendsms: every request another handset and another text. FIRST shifts the numbers from run to run.
local counter, thread_count = tonumber(os.getenv("FIRST") or "0"), 0

function setup(thread)
  thread:set("stride_start", thread_count)
  thread_count = thread_count + 1
end

function init()
  serial = counter + stride_start * 1000000
end

function request()
  serial = serial + 1
  return wrk.format("GET", string.format("/cgi-bin/sendsms?username=u&password=p&to=6141%07d&text=Bench+text+%d,+as+long+as+an+alert+usually+is", serial, serial))
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('BENCH {"requests":%d,"refused":%d,"broken":%d,"p50_ms":%.2f,"p99_ms":%.2f}', summary.requests, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
