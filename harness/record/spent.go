package record

// Spent is what one stage of a run took. It depends on time and machine, so it is no record: manifests hold it.
type Spent struct {
	Stage string   `json:"stage"`           // for people
	Kind  string   `json:"kind"`            // "generate", "train", ...
	Title string   `json:"title"`           // the kind in words
	Check bool     `json:"check,omitempty"` // checks the method and is no part of it
	Key   string   `json:"key"`
	Arms  []string `json:"arms"` // whose stage it is, in the study's order; several share it

	Generated int `json:"generated_tokens,omitempty"` // of all answers, without stop tokens
	Trained   int `json:"trained_tokens,omitempty"`   // of both answers of all pairs met, without padding

	Seconds float64 `json:"seconds"`              // wall-clock, of all calls that worked on it
	Calls   int     `json:"calls"`                // those calls; 0 where nothing is known of them, 2 where it was stopped once
	Lost    bool    `json:"lost,omitempty"`       // a call was killed in it, whose seconds are missing
	Peak    int64   `json:"peak_bytes,omitempty"` // most memory that the process held during it; 0 where not known
	Machine string  `json:"machine,omitempty"`
}
