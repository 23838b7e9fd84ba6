// Calls the npm package `kavenegar` (argv[2]: its folder), unchanged, for test_npm_sdk.py: a call a line in, an answer a
// line out, as JSON. Its host is fixed in its code, so requests are led to the sandbox's port on their way out;
// path, headers and body are as it writes them.
const http = require("http");
const https = require("https");
const readline = require("readline");

const request = http.request;
let port = 0;
http.request = https.request = (options, answered) => request({ ...options, host: "127.0.0.1", port }, answered);

const api = require(process.argv[2]).KavenegarApi({ apikey: "6B6579" });
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const call = JSON.parse(line);
  if (!call.method) return say(Object.keys(Object.getPrototypeOf(api)));
  port = call.port;
  api[call.method](call.data, (entries, status, message) => say({ entries, status, message }));
});
