package record

// Study describes the experiment that the records belong to (study.jsonl, one line). It holds fields and no prose: whatever
// people read is worded by reporting.
type Study struct {
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Seeds      []uint64   `json:"seeds"`
	Iterations int        `json:"iterations"`
	Partial    string     `json:"partial,omitempty"` // why the records are not the whole experiment ("--limit 8")
	Backend    string     `json:"backend"`           // "xla cpu", "go", ...
	Languages  []Language `json:"languages"`

	Arms      []Arm  `json:"arms"`                // in display order
	Baseline  string `json:"baseline,omitempty"`  // the arm that is the base model as it is
	Reference string `json:"reference,omitempty"` // the arm that paired differences are taken to; empty where there is none
	Opponent  string `json:"opponent"`            // the arm whose answers win rates are against, or a file (Answers)
	// Sweeps are groups of arms that differ in one setting alone.
	Sweeps []Sweep `json:"sweeps,omitempty"`

	Model Model `json:"model"`
	// Bases are the models that seeds start from, where they are not all Model.
	Bases    []Base   `json:"bases,omitempty"`
	Generate Generate `json:"generate"`
	Judge    Judge    `json:"judge"` // of the loop: it scores the answers that pairs are made of
	Loss     Loss     `json:"loss"`  // of the experiment; an arm may have its own
	Train    Train    `json:"train"` // the same
	Evaluate Evaluate `json:"evaluate"`
	Tasks    []Task   `json:"tasks"` // of the alignment tax, in display order

	Files   []PromptFile `json:"files,omitempty"`   // where prompts come from; empty for the embedded world
	Answers *AnswerFile  `json:"answers,omitempty"` // where Opponent names a file: that file, unless nothing is evaluated
	// Published are numbers that were not measured here but typed into the experiment's file.
	Published []Published `json:"published,omitempty"`
	// Claims are the statements that the run answers.
	Claims []Claim `json:"claims,omitempty"`
}

// Model is the model that all arms start from.
type Model struct {
	Name       string    `json:"name"` // as the experiment has it
	Parameters int       `json:"parameters"`
	Layers     int       `json:"layers"`
	Width      int       `json:"width"`
	Vocabulary int       `json:"vocabulary"`
	Weights    string    `json:"weights"`            // SHA-256 over shapes and values in float32
	Trained    int       `json:"trained"`            // parameters that training changes: all, or the adapters'
	Precision  string    `json:"precision"`          // of the products with the blocks' matrices: "float32", "bfloat16"
	Adapters   *Adapters `json:"adapters,omitempty"` // nil where all weights are trained
	Further    *Further  `json:"further,omitempty"`  // nil where the model is taken as it is
}

// Base is a model with the seeds that start from it.
type Base struct {
	Name    string   `json:"name"`    // as the experiment has it
	Weights string   `json:"weights"` // SHA-256, as Model's
	Seeds   []uint64 `json:"seeds"`
}

// Adapters are low-rank matrices that are trained in place of the model's weights.
type Adapters struct {
	Rank   int     `json:"rank"`
	Alpha  float64 `json:"alpha"`
	Layers string  `json:"layers"` // "projections", "attention", "mlp", "last"
}

// Further is how the model was trained before the study started, on the embedded world's mixture.
type Further struct {
	Steps        int     `json:"steps"`
	Batch        int     `json:"batch"`        // examples in a step
	SharedShare  float64 `json:"shared_share"` // of the defects, those that are wrong in every language
	LearningRate float64 `json:"learning_rate"`
}

// Generate says how the answers that pairs are made of are sampled.
type Generate struct {
	PerLanguage int     `json:"per_language"` // most prompts of a seen language in an iteration
	Samples     int     `json:"samples"`      // answers to each
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
}

// Judge scores answers.
type Judge struct {
	Kind  string  `json:"kind"`            // "self", "reference"
	Noise float64 `json:"noise,omitempty"` // share of its scores that are replaced at random
}

// Loss is a preference loss.
type Loss struct {
	Kind       string      `json:"kind"`
	Title      string      `json:"title"` // the kind's name: "DPO"
	Beta       float64     `json:"beta"`
	Parameters []Parameter `json:"parameters,omitempty"` // what the kind takes besides
}

// Parameter is a number under its key in an experiment's file.
type Parameter struct {
	Key   string  `json:"key"`
	Value float64 `json:"value"`
}

// Train is the optimiser and its schedule.
type Train struct {
	LearningRate float64   `json:"learning_rate"`   // at its peak
	Rates        []float64 `json:"rates,omitempty"` // that it is chosen from, in place of LearningRate
	Schedule     string    `json:"schedule"`
	Warmup       float64   `json:"warmup"` // share of the steps
	Epochs       int       `json:"epochs"`
	BatchPairs   int       `json:"batch_pairs"`
	WeightDecay  float64   `json:"weight_decay"`
	Clip         float64   `json:"clip"`
	Beta1        float64   `json:"beta1"`
	Beta2        float64   `json:"beta2"`
	Epsilon      float64   `json:"epsilon"`
	Aggregator   string    `json:"aggregator"`      // of the languages' gradients in a step; "none" takes one gradient of the batch
	Scope        string    `json:"scope,omitempty"` // in whose parts the aggregator works: "block", "weight"; empty: in the whole model at once
	Temperature  float64   `json:"temperature"`     // of sampling languages
}

// Evaluate says how answers to held-out prompts are compared. It is empty where nothing is evaluated.
type Evaluate struct {
	Split       string `json:"split,omitempty"`
	PerLanguage int    `json:"per_language,omitempty"` // most prompts of a language
	Judge       string `json:"judge,omitempty"`        // "reference": by the reference answer; "self": the model that all arms start from; "endpoint"
	Model       string `json:"model,omitempty"`        // of an endpoint, by the server's name for it
	URL         string `json:"url,omitempty"`          // of an endpoint
	// Decide is "exact" where an exact answer beats an inexact one and all else is a tie; empty where the higher chrF score wins.
	Decide string `json:"decide,omitempty"`
	// Samples is the number of answers that are sampled to each prompt next to the greedy one, and how.
	Samples     int     `json:"samples,omitempty"`
	Temperature float64 `json:"temperature,omitempty"`
	TopP        float64 `json:"top_p,omitempty"`
}

// Task is a task of the alignment tax. All but the name is of tasks from files.
type Task struct {
	Name   string     `json:"name"`
	Items  int        `json:"items,omitempty"`  // asked, over all languages
	Shots  int        `json:"shots,omitempty"`  // items solved before each
	Layout string     `json:"layout,omitempty"` // of the prompt; empty where the task is plain text
	Files  []TaskFile `json:"files,omitempty"`
}

// TaskFile is a file of a task's items.
type TaskFile struct {
	Path   string `json:"path"` // as the task has it
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
}

// Sweep says which value of a setting each of some arms has that are alike in all else.
type Sweep struct {
	Key    string    `json:"key"` // "keep.share", "congrad.sketch_rank"
	Arms   []string  `json:"arms"`
	Values []float64 `json:"values"` // of Key; of an arm that trains on as many pairs as another, that one's
}
