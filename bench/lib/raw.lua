-- Makes wrk send the bytes of a file as its request, unchanged. A file that holds several requests is pipelined by wrk.
local file = assert(io.open(os.getenv("BENCH_REQUEST_FILE"), "rb"))
local raw = file:read("*a")
file:close()

function init()
  wrk.format = function()
    return raw
  end
end
