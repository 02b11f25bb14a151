package endpoint

import "net/http"

// stranger is the error for a reply that no server of the protocol gives. A proxy may give one now and then; as the first it says
// that the address is another's.
type stranger struct{ what string }

func (s *stranger) Error() string { return s.what }

// sameRequest follows a redirect as long as it is the request that is sent on, and to the same server: most become a GET without a
// body, and a key is for one server.
func sameRequest(next *http.Request, via []*http.Request) error {
	if next.Method != via[0].Method || next.URL.Scheme != via[0].URL.Scheme || next.URL.Host != via[0].URL.Host || len(via) == 10 {
		return &stranger{"it redirects to " + next.URL.Redacted()}
	}
	return nil
}
