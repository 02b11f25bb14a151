package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Client speaks with a hub.
type Client struct {
	endpoint, token string
	http            *http.Client
}

// NewClient speaks with the hub that HF_ENDPOINT names, as whom HF_TOKEN says. With HF_HUB_OFFLINE it is an error, as in huggingface_hub.
func NewClient() (*Client, error) {
	if value := strings.ToUpper(os.Getenv("HF_HUB_OFFLINE")); slices.Contains([]string{"1", "ON", "YES", "TRUE"}, value) {
		return nil, errors.New("HF_HUB_OFFLINE is set, so nothing is downloaded; what was downloaded earlier is used without asking")
	}
	endpoint := os.Getenv("HF_ENDPOINT")
	if endpoint == "" {
		endpoint = "https://huggingface.co"
	}
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("HF_ENDPOINT %q is not a server address such as https://host", endpoint)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Minute // a large file takes hours; its first byte does not
	return &Client{strings.TrimSuffix(endpoint, "/"), strings.TrimSpace(os.Getenv("HF_TOKEN")), &http.Client{Transport: transport}}, nil
}

// file is one of a repository's.
type file struct {
	name string
	size int64
	hash string // SHA-256 where it has 64 digits, else git's SHA-1 of a blob
}

// listing is a revision of a repository.
type listing struct {
	commit string
	files  []file
}

var hashName = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// list asks which files of those that are wanted a revision holds.
func (c *Client) list(ctx context.Context, id ID, wanted func(name string) bool) (listing, error) {
	address := fmt.Sprintf("%s/api/%s/%s/%s/revision/%s?blobs=true", c.endpoint, id.kind(), url.PathEscape(id.Org), url.PathEscape(id.Name), url.PathEscape(id.Revision))
	resp, err := c.get(ctx, id, address, 0)
	if err != nil {
		return listing{}, fmt.Errorf("asking for %s: %w", id, err)
	}
	defer resp.Body.Close()
	const most = 64 << 20
	data, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return listing{}, fmt.Errorf("asking for %s: %w", id, err)
	}
	l, err := parseListing(data, wanted)
	if err != nil {
		return listing{}, fmt.Errorf("asking for %s: cannot read the answer of %s: %w", id, c.endpoint, err)
	}
	return l, nil
}

// parseListing reads an answer about a revision. Every file that is wanted has to have a checksum.
func parseListing(data []byte, wanted func(name string) bool) (listing, error) {
	var answer struct {
		SHA      string
		Siblings []struct {
			Name   string `json:"rfilename"`
			Size   int64
			BlobID string `json:"blobId"`
			LFS    *struct {
				SHA256 string
				Size   int64
			}
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return listing{}, err
	}
	if !commitName.MatchString(answer.SHA) {
		return listing{}, fmt.Errorf("%.60q is not a commit hash", answer.SHA)
	}
	l := listing{commit: answer.SHA}
	for _, s := range answer.Siblings {
		f := file{s.Name, s.Size, s.BlobID}
		if s.LFS != nil {
			f.size, f.hash = s.LFS.Size, s.LFS.SHA256
		}
		if !wanted(f.name) {
			continue
		}
		if !hashName.MatchString(f.hash) || f.size < 0 || s.LFS != nil && len(f.hash) != 64 {
			return listing{}, fmt.Errorf("%s has an unusable checksum %.80q or size of %d bytes", f.name, f.hash, f.size)
		}
		l.files = append(l.files, f)
	}
	return l, nil
}

// get asks for an address, from a byte onwards, and explains a refusal.
func (c *Client) get(ctx context.Context, id ID, address string, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "congrad")
	req.Header.Set("Accept-Encoding", "identity") // bytes are counted, and asked for by their number
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token) // which net/http does not pass on to another host
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, c.refusal(id, resp)
}

// refusal says why a hub gave nothing. It answers 401 for what is not there, too, to those it does not know.
func (c *Client) refusal(id ID, resp *http.Response) error {
	code := resp.Header.Get("X-Error-Code")
	switch {
	case code == "GatedRepo" || resp.StatusCode == http.StatusForbidden && c.token != "":
		if c.token == "" {
			return fmt.Errorf("the %s is gated: accept the terms on its page, and set HF_TOKEN to a token of your account", id.what())
		}
		return fmt.Errorf("the %s is gated, and the account of HF_TOKEN has no access: accept the terms on its page", id.what())
	case code == "RevisionNotFound":
		return errors.New("no such revision")
	case resp.StatusCode == http.StatusUnauthorized && c.token != "":
		return fmt.Errorf("no such %s, or HF_TOKEN is not valid", id.what())
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("no such %s, or it is private: set HF_TOKEN to a token of an account with access", id.what())
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("no such %s", id.what())
	}
	return fmt.Errorf("%s answers %s", resp.Request.URL.Host, resp.Status)
}
