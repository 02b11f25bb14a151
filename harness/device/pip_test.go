package device

import "testing"

// What pip 23.2 prints where the index cannot be reached, has no such version, or the folder cannot be made.
func TestPipReason(t *testing.T) {
	const none = "\nERROR: Could not find a version that satisfies the requirement plugin==1 (from versions: none)\nERROR: No matching distribution found for plugin==1\n"
	const retry = "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by "
	const connection = "NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f17ba4fa010>: Failed to establish a new connection: [Errno 111] Connection refused')"
	for out, want := range map[string]string{
		retry + "'" + connection + "': /simple/plugin/" + none:                                                                                      "the package index cannot be reached: Failed to establish a new connection: [Errno 111] Connection refused",
		retry + "'ProxyError('Cannot connect to proxy.', " + connection + ")': http://localhost/simple/plugin/" + none:                              "the package index cannot be reached: Failed to establish a new connection: [Errno 111] Connection refused",
		retry + `"ReadTimeoutError("HTTPSConnectionPool(host='localhost', port=443): Read timed out. (read timeout=2.0)")": /simple/plugin/` + none: "the package index cannot be reached: Read timed out. (read timeout=2.0)",
		none: "No matching distribution found for plugin==1",
		"Traceback (most recent call last):\n  File \"<frozen os>\", line 225, in makedirs\nFileNotFoundError: [Errno 2] No such file or directory: '/none'\n": "FileNotFoundError: [Errno 2] No such file or directory: '/none'",
		"": "it printed nothing",
	} {
		if got := pipReason(out); got != want {
			t.Errorf("%q: %q, want %q", out, got, want)
		}
	}
}
