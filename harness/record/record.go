// Package record defines what a run leaves behind: one JSON object per line, in files named after the type. Records are
// the only thing that passes from running to reporting; tables and figures are functions of them.
//
// A record holds nothing that depends on time or machine, so two runs of one experiment on one backend write the same
// bytes. Records are written in a fixed order: seed, arm in the experiment's order, iteration, language in the
// experiment's order, item.
package record

// Schema is the version of a run's records; it is in the first line of each file. A change that an old reader would misread
// raises it. Version 1 described a study and its arms in prose.
const Schema = 2

// Published is a number from elsewhere that is set beside the study's own.
type Published struct {
	Arm       string   `json:"arm"`            // beside whose number it stands
	Languages string   `json:"languages"`      // a group's name, or a language's code
	Measure   string   `json:"measure"`        // "win rate", "accuracy", "bits per byte", ...
	Task      string   `json:"task,omitempty"` // of the alignment tax; empty for all tasks together
	Value     float64  `json:"value"`
	Low       *float64 `json:"low,omitempty"` // its interval, where one is given
	High      *float64 `json:"high,omitempty"`
	Source    string   `json:"source"` // in the words of whoever typed it
}

// Claim is a statement that reports answer with a verdict. It was made before the run.
type Claim struct {
	Text      string  `json:"text"`
	Measure   string  `json:"measure"`         // "exact", "win rate", "accuracy", ...; "decisions"
	Task      string  `json:"task,omitempty"`  // of the alignment tax; empty for all tasks together
	Arm       string  `json:"arm"`             // the claim is about it
	Minus     string  `json:"minus,omitempty"` // minus this one; empty where the measure needs one arm
	Group     string  `json:"group"`           // a group's name, or a language's code
	Direction string  `json:"direction"`       // of the difference: "greater" or "less" than 0, or "within" Effect of it
	Effect    float64 `json:"effect"`          // smallest difference of interest
}

// AnswerFile is a file of answers that win rates are against.
type AnswerFile struct {
	Path   string `json:"path"` // as the experiment has it
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
	Used   int    `json:"used"` // answers to held-out prompts of the study
}

// PromptFile is a file of prompts, and what was made of it.
type PromptFile struct {
	Path      string        `json:"path"` // as the experiment has it
	SHA256    string        `json:"sha256"`
	Rows      int           `json:"rows"`
	Languages []FilePrompts `json:"languages"` // those of the study
	Skipped   []SkippedRows `json:"skipped,omitempty"`

	Unusable []UnusableRows `json:"unusable,omitempty"` // of a file of preference pairs
}

// UnusableRows counts rows of a file that are no preference pairs, with the reason.
type UnusableRows struct {
	Why  string `json:"why"`
	Rows int    `json:"rows"`
}

// SkippedRows counts rows of a file that were not read, for the study has no language of the name.
type SkippedRows struct {
	Language string `json:"language"` // as the file has it
	Rows     int    `json:"rows"`
}

// FilePrompts counts one language's prompts in a file. Those of no part stand word by word in another.
type FilePrompts struct {
	Lang       string `json:"lang"`
	Rows       int    `json:"rows"`
	Preference int    `json:"preference"`
	Eval       int    `json:"eval"`
	Dev        int    `json:"dev"`
}

// Language is one language of the study and the groups it is counted in.
type Language struct {
	Code             string `json:"code"`
	Name             string `json:"name"`
	Direction        string `json:"direction"`         // of its script: "ltr" or "rtl"
	Seen             bool   `json:"seen"`              // its pairs are trained on
	UnderRepresented bool   `json:"under_represented"` // scarce in the base model's data
}

// Prompt is an instruction that other records name by its id (prompts.jsonl).
type Prompt struct {
	ID    string `json:"id"`
	Lang  string `json:"lang"`
	Text  string `json:"text"`
	Right string `json:"right,omitempty"` // the known answer, where there is one
	Kind  string `json:"kind,omitempty"`  // of what is asked ("date_short"), in the embedded world
}

// Answer is one sampled answer with the judge's score (answers.jsonl).
type Answer struct {
	Seed      uint64  `json:"seed"`
	Arm       string  `json:"arm"` // whose policy answered; iteration 1 is everybody's start and carries the name of the base model's arm
	Iteration int     `json:"iteration"`
	Lang      string  `json:"lang"`
	Prompt    string  `json:"prompt"` // id
	Sample    int     `json:"sample"`
	Text      string  `json:"text"`
	Tokens    int     `json:"tokens"`   // without the stop token
	Finished  bool    `json:"finished"` // the stop token came within the limit
	Score     float64 `json:"score"`    // the judge's; meaningless unless Parsed
	Parsed    bool    `json:"parsed"`
	Known     float64 `json:"known"` // score against the known answer in [0, 1]; 1 is an exact match; -1 where none is known
}

// Pairing counts the outcomes of one language's prompts (pairing.jsonl).
type Pairing struct {
	Seed       uint64 `json:"seed"`
	Arm        string `json:"arm"`
	Iteration  int    `json:"iteration"`
	Lang       string `json:"lang"`
	Prompts    int    `json:"prompts"`
	Answers    int    `json:"answers"`
	Unparsed   int    `json:"unparsed"`   // answers whose score could not be read
	Ties       int    `json:"ties"`       // prompts whose best and worst scores are equal
	Duplicates int    `json:"duplicates"` // prompts whose best and worst texts are identical
	Narrow     int    `json:"narrow"`     // prompts under the minimum gap or over the maximum length ratio
	TooFew     int    `json:"too_few"`    // prompts with fewer than two scored answers
	Pairs      int    `json:"pairs"`
	// JudgeRight and JudgeWrong count the pairs of answers (one exact, one not, to the same prompt) that the judge orders
	// rightly and wrongly; JudgeTied those it scores alike.
	JudgeRight int `json:"judge_right"`
	JudgeWrong int `json:"judge_wrong"`
	JudgeTied  int `json:"judge_tied"`
	Exact      int `json:"exact"` // sampled answers that are exactly the known one
	// Shared and Parochial count the sampled answers with a defect of either family of the embedded world. They are counted
	// where the base model was trained further on a mixture of them.
	Shared    int `json:"shared,omitempty"`
	Parochial int `json:"parochial,omitempty"`
}

// Pair is one preference pair as an arm met it (pairs.jsonl).
type Pair struct {
	Seed           uint64  `json:"seed"`
	Arm            string  `json:"arm"`
	Iteration      int     `json:"iteration"`
	Lang           string  `json:"lang"`
	Prompt         string  `json:"prompt"`
	Chosen         string  `json:"chosen"`
	Rejected       string  `json:"rejected"`
	ChosenTokens   int     `json:"chosen_tokens"` // with the stop token, which is trained on, where it came within the limit
	RejectedTokens int     `json:"rejected_tokens"`
	Gap            float64 `json:"gap"`               // the judge's score of chosen minus rejected; of a planted pair, as the data claim it: the size alone is the judge's
	KnownGap       float64 `json:"known_gap"`         // the same by the known answer; NaN-free: 0 where none is known
	Planted        bool    `json:"planted,omitempty"` // the answers changed places after they were judged (pair.flip)
	Score          float64 `json:"score"`             // the selector's, the highest are kept; 0 where Rank is
	Rank           int     `json:"rank"`              // 1 is the best within the quota's group; 0 in arms that keep all, and for pairs that were not up for selection
	Kept           bool    `json:"kept"`
	Flipped        bool    `json:"flipped,omitempty"` // not kept, and trained on with its answers swapped (keep.action)
	Weight         float64 `json:"weight,omitempty"`  // not kept, and trained on with this weight below 1
	Met            *int    `json:"met,omitempty"`     // how often training met it, where that is not once an epoch for every kept pair (train.temperature)
}

// Consensus is one scoring round: the language gradients and what was made of them (consensus.jsonl). Of an arm that picks pairs
// while it trains it is the last of many: Gram is of the moving averages as they stood, and there are neither MeanGram nor KeptGram.
type Consensus struct {
	Seed       uint64      `json:"seed"`
	Arm        string      `json:"arm"`
	Iteration  int         `json:"iteration"`
	Languages  []string    `json:"languages"`         // rows of Gram
	Gram       [][]float64 `json:"gram"`              // inner products of the language gradients (sketched)
	MeanGram   [][]float64 `json:"mean_gram"`         // the same of the languages' mean gradients over all pairs
	KeptGram   [][]float64 `json:"kept_gram"`         // and over the kept pairs, which were chosen for lying close together
	Squares    []float64   `json:"squares,omitempty"` // mean square length of the gradients of each language's pairs (sketched)
	Weights    []float64   `json:"weights"`           // consensus = sum of weight times language gradient
	Order      [][]int     `json:"order,omitempty"`
	State      []float64   `json:"state,omitempty"` // what a stateful aggregator hands to the next iteration
	Thresholds []float64   `json:"thresholds"`      // lowest kept score per language
	Numbers    int         `json:"numbers"`         // length of one sketch
	Bytes      int         `json:"bytes"`           // state the method adds: language sketches and consensus
}

// Step is one optimiser step (steps.jsonl).
type Step struct {
	Seed      uint64  `json:"seed"`
	Arm       string  `json:"arm"`
	Iteration int     `json:"iteration"`
	Lang      string  `json:"lang,omitempty"` // of the model that is trained, in an arm that has one for each language; several with spaces between for that of a group
	Step      int     `json:"step"`           // 1-based within the iteration
	Loss      float64 `json:"loss"`
	Accuracy  float64 `json:"accuracy"`      // share of pairs with a positive margin
	Margin    float64 `json:"margin"`        // mean of beta*(chosen - rejected) as the loss scores answers, less the reference's
	Chosen    float64 `json:"chosen_logp"`   // mean summed log-prob of the chosen answers
	Rejected  float64 `json:"rejected_logp"` // mean summed log-prob of the rejected answers
	GradNorm  float64 `json:"grad_norm"`     // before clipping
	Rate      float64 `json:"learning_rate"`
	Pairs     int     `json:"pairs"`
	Tokens    int     `json:"tokens"` // without padding
	// Where an aggregator combined the gradients of the languages; over the pairs of languages that have one in the step:
	Languages int     `json:"languages,omitempty"` // with pairs in the step
	Conflicts float64 `json:"conflicts,omitempty"` // share with a cosine below zero
	Cosine    float64 `json:"cosine,omitempty"`    // mean
}

// Evaluation is one answer to a held-out prompt, compared with the opponent's of the same kind: the greedy one of an
// arm's last policy (evaluation.jsonl), or a sampled one or one of an earlier policy (trials.jsonl, where there are any).
type Evaluation struct {
	Seed uint64 `json:"seed"`
	Arm  string `json:"arm"`
	// Iteration is that after which an earlier policy of the arm answered; 0 of its last policy, and of an arm that is not trained.
	Iteration int     `json:"iteration,omitempty"`
	Sample    int     `json:"sample,omitempty"` // 1-based number of a sampled answer; arms share its random numbers. 0 of the greedy answer
	Lang      string  `json:"lang"`
	Prompt    string  `json:"prompt"`
	Cluster   string  `json:"cluster"` // prompts that ask for one fact in several languages share it
	Text      string  `json:"text"`
	Tokens    int     `json:"tokens"` // without the stop token
	Finished  bool    `json:"finished"`
	Known     float64 `json:"known"`
	Opponent  float64 `json:"opponent"` // the opponent's Known on the same prompt
	Win       float64 `json:"win"`      // 1, 0.5 (tie) or 0; of a server's preferences, their mean
	// The judge's scores of both answers, 1 to 5, where one judged (Study.Judge); 0 where it gave none, which is a tie.
	Score         float64 `json:"score,omitempty"`
	OpponentScore float64 `json:"opponent_score,omitempty"`
	// What a file answers (Study.Answers).
	OpponentText string `json:"opponent_text,omitempty"`
	// Where a server compared the two answers.
	Verdict *Verdict `json:"verdict,omitempty"`
}

// Matched is where the training of an arm ended that drifts as far as another arm (matched.jsonl; no file where no arm does). Drifts are
// KL(policy || start) in nats per token, on development prompts.
type Matched struct {
	Seed      uint64  `json:"seed"`
	Arm       string  `json:"arm"`
	Iteration int     `json:"iteration"`
	Target    float64 `json:"target"`  // the other arm's drift after the iteration
	Drift     float64 `json:"drift"`   // of the checkpoint that was taken
	Steps     int     `json:"steps"`   // that led to it in the iteration
	All       int     `json:"all"`     // that the arm has if nothing ends it
	Reached   bool    `json:"reached"` // whether the target was; else the checkpoint is the last one
	Checks    []Check `json:"checks"`  // in the order of the steps
}

// Check is the drift after a step of an iteration.
type Check struct {
	Step  int     `json:"step"`
	Drift float64 `json:"drift"`
}

// Rate is which of several learning rates a policy was trained with (rates.jsonl; no file where no arm chooses one).
type Rate struct {
	Seed      uint64  `json:"seed"`
	Arm       string  `json:"arm"`
	Iteration int     `json:"iteration"`
	Lang      string  `json:"lang,omitempty"` // of the model of a mono arm
	Tried     []Tried `json:"tried"`          // by rate, lowest first
	Taken     int     `json:"taken"`          // of them, from 0
}

// Tried is a learning rate and how well the policy that it leads to answers development prompts: the share of exact answers, or their mean
// score against the reference answers where win rates are decided by that.
type Tried struct {
	Rate  float64 `json:"rate"`
	Known float64 `json:"known"`
}

// Drift is how far a policy has moved from the model that all arms start from, on one held-out prompt (drift.jsonl, where it is measured):
// Kullback-Leibler divergences of next-token distributions, exact over the vocabulary, summed over the positions of an answer in nats.
type Drift struct {
	Seed        uint64  `json:"seed"`
	Arm         string  `json:"arm"`
	Iteration   int     `json:"iteration,omitempty"` // as in Evaluation
	Lang        string  `json:"lang"`
	Prompt      string  `json:"prompt"`
	Cluster     string  `json:"cluster"`
	Sample      int     `json:"sample"` // 1-based
	Tokens      int     `json:"tokens"` // of the policy's sampled answer, with its end
	Nats        float64 `json:"nats"`   // KL(policy || start) there
	StartTokens int     `json:"start_tokens"`
	StartNats   float64 `json:"start_nats"` // KL(start || policy) on the start's sampled answer of the same number
}

// Verdict is a server's preference for an answer over the opponent's, from 0 to 1, in both orders.
type Verdict struct {
	First  float64 `json:"first"`            // with the answer shown first
	Second float64 `json:"second"`           // with the answer shown second
	By     string  `json:"by"`               // "log-probs", "text", or "same" where the answers are; empty where it failed
	Failed string  `json:"failed,omitempty"` // why there is none; it is then a tie
	Labels float64 `json:"labels,omitempty"` // probability of both labels together, where log-probs were read: the lower of both orders'
}

// Choice is one multiple-choice item of the alignment tax (choices.jsonl).
type Choice struct {
	Seed    uint64 `json:"seed"`
	Arm     string `json:"arm"`
	Task    string `json:"task"`
	Lang    string `json:"lang"`
	Item    string `json:"item"`
	Cluster string `json:"cluster"`
	Picked  int    `json:"picked"`
	Right   int    `json:"right"`
	Options int    `json:"options"`
	Correct bool   `json:"correct"`
	// CorrectNorm is the same with log-likelihoods divided by the options' bytes.
	CorrectNorm bool `json:"correct_norm"`
	// Of tasks from files: the same divided by their characters, and the log-likelihoods themselves.
	CorrectChars   *bool     `json:"correct_chars,omitempty"`
	LogLikelihoods []float64 `json:"log_likelihoods,omitempty"`
}

// Reply is one greedy answer to an item of the alignment tax (replies.jsonl, where a task asks for any).
type Reply struct {
	Seed    uint64 `json:"seed"`
	Arm     string `json:"arm"`
	Task    string `json:"task"`
	Lang    string `json:"lang"`
	Item    string `json:"item"`
	Cluster string `json:"cluster"`
	Text    string `json:"text"` // up to where the task has answers end
	Exact   bool   `json:"exact"`
}

// Passage is one stretch of plain text of the alignment tax (passages.jsonl).
type Passage struct {
	Seed    uint64  `json:"seed"`
	Arm     string  `json:"arm"`
	Task    string  `json:"task"`
	Lang    string  `json:"lang"`
	Item    string  `json:"item"`
	Cluster string  `json:"cluster"`
	Bits    float64 `json:"bits"` // -log2 p(text)
	Bytes   int     `json:"bytes"`
}

// Fidelity compares, for one sampled pair, the cosine with the consensus by sketch and by exact gradients
// (fidelity.jsonl). Both decide by the arm's own rule, over the compared pairs, which of them to keep.
type Fidelity struct {
	Seed      uint64  `json:"seed"`
	Arm       string  `json:"arm"`
	Iteration int     `json:"iteration"`
	Lang      string  `json:"lang"`
	Prompt    string  `json:"prompt"`
	Exact     float64 `json:"exact"`
	Sketched  float64 `json:"sketched"`

	ExactKept    bool `json:"exact_kept"`
	SketchedKept bool `json:"sketched_kept"`
}
