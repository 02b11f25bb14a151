package config

import (
	"math"
	"strings"

	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/text"
)

// Field documents one key of an experiment file.
type Field struct {
	Key     string  // dotted; "arms.select" is the key of every arm
	Default any     // nil where the file has to give it
	Min     float64 // smallest value of a number, which is finite; of a list, its smallest length
	Max     float64
	Words   []string // the values of an enumeration
	Source  string   // where the default comes from
	Doc     string
}

// The sources of defaults. What ConGrad's abstract leaves open, and where else a value may come from.
const (
	abstract = "abstract"
	summary  = "public summary"
	ours     = "our choice"
)

var inf = math.Inf(1) // a list may have any length

// Fields is every key, in the order of the resolved file. Of the paper only the abstract and public summaries are known,
// so a default's source is the abstract, a public summary, a cited work, or our choice.
var Fields = []Field{
	{"name", nil, 0, 0, nil, "", "names the experiment and its folder of results"},
	{"title", "", 0, 0, nil, "", "one line for the head of reports"},
	{"model", nil, 0, 0, nil, "", `"tiny", the embedded model, a folder with config.json, tokenizer.json and safetensors, a .gguf file, or a downloaded org/name[@revision]`},
	{"precision", "float32", 0, 0, []string{"float32", "bfloat16"}, ours, "of the products with the blocks' matrices; with bfloat16 what is frozen is kept in it too, and what is trained stays float32"},
	{"seeds", []uint64{1, 2, 3}, 1, inf, nil, ours, "one whole run for each; intervals take them as their outer level"},
	{"iterations", 2, 1, 100, nil, "Yuan et al. 2024 (M1 to M3)", "rounds of generating, judging and training"},

	{"chat.layout", "own", 0, 0, []string{"own", "plain"}, ours, "how the model is asked: by its own chat template, or in plain text, as a model without one has to be"},
	{"chat.prompt", text.Here, 0, 0, nil, ours, "plain: the text that asks, with {prompt} where the instruction is; it may begin with examples of questions and answers"},

	{"lora.rank", 0, 0, 65536, nil, ours, "of the adapters that are trained in place of the model's weights (Hu et al. 2022); 0 trains all weights"},
	{"lora.alpha", 32.0, 1e-6, 1e6, nil, ours, "the adapters' product is multiplied by alpha/rank"},
	{"lora.layers", model.AllProjections, 0, 0, model.Sets, ours, "which matrices have adapters: all of the blocks, those of attention or of the MLP, or the last block's"},

	{"base.shared_share", math.NaN(), 0, 1, nil, ours, "share of the defects in the embedded world's mixture that are wrong in every language alike, the rest being right in another; not set, the world's own"},
	{"base.steps", 0, 0, 1e6, nil, ours, "steps for which the model is trained further on that mixture before the study; 0 takes it as it is"},

	{"languages.seen", nil, 1, inf, nil, "abstract: ten languages, not named", "their preference pairs are trained on"},
	{"languages.unseen", []string{}, 0, inf, nil, "abstract: unseen languages, not named", "only evaluated"},
	{"languages.under_represented", []string{}, 0, inf, nil, ours, "reported as a group of their own"},

	{"prompts.source", "tiny", 0, 0, []string{"tiny", "files"}, ours, "where instructions come from: the embedded world, or files (docs/add-prompts.md)"},
	{"prompts.path", "", 0, 0, nil, "", "files: a .jsonl, .csv or .parquet file, from the working folder; {lang} stands for the language's code where each has a file"},
	{"prompts.held_out", 0.2, 0, 0.9, nil, ours, "files: share of the clusters that is held out for the evaluation, in every language; of none where evaluate.path is set"},
	{"prompts.dev", 0.0, 0, 0.9, nil, ours, "files: share of the clusters that is held out for evaluate.split = \"dev\""},
	{"prompts.per_language", 100, 1, 1e6, nil, ours, "fresh instructions per seen language and iteration"},
	{"prompts.columns.prompt", "prompt", 0, 0, nil, ours, "files: the column with the instruction"},
	{"prompts.columns.language", "lang", 0, 0, nil, ours, "files: the column with the language, by code, name or BCP 47 tag; not read where the path has {lang}"},
	{"prompts.columns.answer", "", 0, 0, nil, ours, "files: the column with the known answer; empty where none is known"},
	{"prompts.columns.id", "", 0, 0, nil, ours, "files: the column with a name that is unique in its language; empty for the row's number"},
	{"prompts.columns.cluster", "", 0, 0, nil, ours, "files: the column with what prompts that ask the same in several languages share; empty for the id"},

	{"generate.samples", 4, 2, 1024, nil, "Yuan et al. 2024", "answers to each instruction"},
	{"generate.temperature", 0.7, 0.01, 10, nil, "Yuan et al. 2024", "of sampling"},
	{"generate.top_p", 0.9, 0.01, 1, nil, "Yuan et al. 2024", "of nucleus sampling"},
	{"generate.max_tokens", 32, 1, 1e5, nil, ours, "longest answer; a longer one is cut"},

	{"judge.kind", "self", 0, 0, []string{"self", "reference"}, "abstract: self-rewarding", "who scores answers: the policy at the start of the iteration, or the known answer"},
	{"judge.noise", 0.0, 0, 1, nil, ours, "share of the scores that are replaced by random ones of the judge's range"},

	{"pair.min_gap", 0.0, 0, 1e6, nil, ours, "smallest difference between the best and the worst score that makes a pair"},
	{"pair.max_length_ratio", 0.0, 0, 1e6, nil, ours, "largest ratio of the answers' lengths in tokens; 0 allows any"},
	{"pair.flip", 0.0, 0, 1, nil, ours, "share of each language's pairs whose answers change places: planted conflicts, which selectors are not told of"},
	{"pair.flip_languages", []string{}, 0, inf, nil, ours, "seen languages whose pairs are flipped; empty for all of them"},

	{"loss.kind", "dpo", 0, 0, losses(every), "public summary: length-penalised DPO", "the preference loss; docs/losses.md has the formulas"},
	{"loss.beta", 0.1, 1e-6, 1e3, nil, "Rafailov et al. 2023", "DPO's inverse temperature; " + and(losses(loss.Kind.PerToken)) + ", which compare log-probs per token, want one of their own"},
	{"loss.length_penalty", 0.01, 0, 100, nil, "public summary: length-penalised DPO; the value is our choice (0.01 to 0.05 in public code)", only(losses(taking("length_penalty"))) + "alpha of R-DPO per token; 0 is plain DPO"},
	{"loss.label_smoothing", 0.1, 0, 0.49, nil, "Chowdhury et al. 2024", only(losses(taking("label_smoothing"))) + "share of the labels that is taken to be wrong; 0 is DPO"},
	{"loss.target_margin", 0.5, 0, 100, nil, "Meng et al. 2024 (SimPO), public code", only(losses(taking("target_margin"))) + "gamma/beta, the lead in log-prob per token that is asked for"},
	{"loss.ld_alpha", 0.5, 0, 1, nil, ours, only(losses(taking("ld_alpha"))) + "what a token beyond the shorter answer's length counts; 1 is DPO"},
	{"loss.nll_weight", 1.0, 0, 1e3, nil, "Pang et al. 2024", only(losses(taking("nll_weight"))) + "weight of the chosen answer's negative log-likelihood per token; 0 is DPO"},

	{"train.learning_rate", 5e-7, 1e-12, 1, nil, "Rafailov et al. 2023, public code", "peak rate"},
	{"train.schedule", "cosine", 0, 0, []string{"cosine", "linear", "constant"}, "Meng et al. 2024 (SimPO), public code", "how the rate falls after the warm-up; the first two end at zero"},
	{"train.warmup", 0.1, 0, 1, nil, "Meng et al. 2024 (SimPO), public code", "share of the steps over which the rate rises"},
	{"train.epochs", 1, 0, 1000, nil, "Meng et al. 2024 (SimPO), public code", "passes over the kept pairs in each iteration; 0 trains nothing, for studies of scoring alone"},
	{"train.batch_pairs", 16, 1, 1e5, nil, ours, "pairs in one optimiser step"},
	{"train.weight_decay", 0.0, 0, 10, nil, ours, "AdamW's, decoupled; not on norm gains"},
	{"train.clip", 1.0, 0, 1e9, nil, ours, "largest global norm of a gradient; 0 leaves it as it is"},
	{"train.beta1", 0.9, 0, 0.999999, nil, "Loshchilov & Hutter 2019", "AdamW's"},
	{"train.beta2", 0.999, 0, 0.999999999, nil, "Loshchilov & Hutter 2019", "AdamW's"},
	{"train.epsilon", 1e-8, 1e-30, 1, nil, "Loshchilov & Hutter 2019", "AdamW's"},
	{"train.aggregator", noSurgery, 0, 0, nil, ours, "combines the gradients of the languages in each step (congrad ls methods); none takes one gradient of the whole batch"},
	{"train.temperature", 1.0, 1, 1e6, nil, "Conneau et al. 2020 (XLM-R) for the formula; 1, every pair once an epoch, is our choice", "T of sampling languages in proportion to n^(1/T) of their n pairs: above 1 the pairs of scarce languages are met more often, others less, as many in all"},

	{"congrad.mode", "offline", 0, 0, []string{"offline", "online"}, ours, only(selectors(picking(method.PicksBestOnline))) + "when pairs are picked: all at the start of an iteration, or batch by batch while it trains (docs/online.md)"},
	{"congrad.renew_every", 5, 1, 1e6, nil, ours, "online: batches from one consensus to the next; until there is a first one all pairs are kept"},
	{"congrad.resample_every", 1000, 0, 1e9, nil, "Hao et al. 2024 (FLORA), public code: kappa", "online: batches after which the sketch's matrices are drawn anew; 0 draws them once an iteration"},
	{"congrad.sketch", "flora", 0, 0, []string{"flora", "logra", "exact"}, "abstract: sublinear compression; public summary: FLORA", "how a pair's gradient is compressed: the longer side of each weight's (flora), both sides (logra), or not at all (exact)"},
	{"congrad.sketch_rank", 16, 1, 1e5, nil, ours, "entries to which a compressed side is brought"},
	{"congrad.projection", "gaussian", 0, 0, []string{"gaussian", "orthonormal"}, "public summary: FLORA", "the matrices that compress: entries from N(0, 1/rank), or orthonormal rows scaled by sqrt(side/rank), which err less"},
	{"congrad.sketch_numbers", 0, 0, 1e9, nil, ours, "numbers that the sketches of all weights together are added up to, with random signs (CountSketch, Charikar et al. 2002); 0 leaves them"},
	{"congrad.layers", model.AllProjections, 0, 0, model.Sets, ours, "weights whose gradients are compared: all matrices of the blocks, those of attention or of the MLP, or the last block's"},
	{"congrad.language_gradient", "ema", 0, 0, []string{"ema", "mean"}, summary, "a language's gradient: a moving average of its pairs' gradients, or their mean"},
	{"congrad.ema_decay", 0.99, 0, 0.999999, nil, "public summary: a moving average; the decay is our choice", "of the moving average, per pair"},
	{"congrad.normalise", "unit", 0, 0, []string{"unit", "none"}, ours, "whether languages enter the consensus by direction or by length"},
	{"congrad.aggregator", "pcgrad", 0, 0, nil, "abstract: multi-objective optimisation; public summary: PCGrad", "turns the language gradients into the consensus (congrad ls methods)"},
	{"congrad.similarity", "cosine", 0, 0, []string{"cosine", "dot"}, summary, "how a pair's gradient is compared with the consensus"},
	{"congrad.leave_one_out", true, 0, 0, nil, ours, "take the pair's own share out of its language's gradient before comparing"},
	{"congrad.held_back", 0.2, 1e-6, 0.9, nil, ours, only(selectors(holdingBack)) + "share of each language's pairs that the others are compared with and that is not trained on"},
	{"congrad.fidelity_pairs", 200, 0, 1e5, nil, ours, "pairs whose exact gradient is compared with its sketch, in the first iteration"},
	{"congrad.fidelity_seeds", 1, 1, 1e5, nil, ours, "seeds for which they are compared, the first ones"},

	{"keep.share", 0.5, 1e-6, 1, nil, ours, "share of the pairs that is kept, the highest scores first, whatever the selector"},
	{"keep.threshold", math.NaN(), -1e30, 1e30, nil, ours, "keep what scores at least this, in place of a share"},
	{"keep.quota", "language", 0, 0, []string{"language", "global"}, ours, "keep the share of each language, or of all pairs together"},

	{"evaluate.path", "", 0, 0, nil, "", "files: one of held-out instructions, like prompts.path; empty to hold a share of those out"},
	{"evaluate.split", "eval", 0, 0, []string{"eval", "dev"}, ours, "dev while building, eval for results"},
	{"evaluate.per_language", 200, 1, 1e6, nil, ours, "held-out instructions per language"},
	{"evaluate.opponent", nil, 0, 0, nil, "", "the arm whose answers a win rate is against, or a .jsonl, .csv or .parquet file of answers (docs/add-prompts.md)"},
	{"evaluate.reference", "", 0, 0, nil, "", "the arm that paired differences are taken to; not set, the one that trains one model on all pairs of all seen languages (select = \"all\"); where several do, one has to be named"},
	{"evaluate.judge", "reference", 0, 0, []string{"reference", "self", "endpoint"}, ours, "who judges the answers that win rates compare: the known answer, the model that all arms start from, or a model behind a server (docs/add-a-judge.md)"},
	{"evaluate.tasks", []string{}, 0, inf, nil, "abstract: alignment tax", "tasks of the alignment tax (congrad ls tasks), or files of your own"},
	{"evaluate.task_items", 100, 1, 1e6, nil, ours, "items per task and language"},
	{"evaluate.columns.prompt", "prompt", 0, 0, nil, ours, "the same for evaluate.path; where none of these is given, all are those of prompts.columns"},
	{"evaluate.columns.language", "lang", 0, 0, nil, ours, "the same for evaluate.path"},
	{"evaluate.columns.answer", "", 0, 0, nil, ours, "the same for evaluate.path"},
	{"evaluate.columns.id", "", 0, 0, nil, ours, "the same for evaluate.path"},
	{"evaluate.columns.cluster", "", 0, 0, nil, ours, "the same for evaluate.path; a cluster that both files name is held out"},
	{"evaluate.endpoint.url", "", 0, 0, nil, "", "endpoint: the address of an OpenAI-compatible server, up to and without /chat/completions"},
	{"evaluate.endpoint.model", "", 0, 0, nil, "", "endpoint: the model that compares, by the server's name for it"},
	{"evaluate.endpoint.key_env", "OPENAI_API_KEY", 0, 0, nil, ours, "endpoint: the environment variable that holds the key; none is sent where it is not set"},
	{"evaluate.endpoint.instructions", "", 0, 0, nil, ours, "endpoint: a file with the prompt, which has the places {prompt}, {A} and {B}, from the working folder; empty for the built-in one"},
	{"evaluate.endpoint.max_tokens", 8, 1, 1e5, nil, ours, "endpoint: longest reply"},
	{"evaluate.endpoint.log_probs", true, 0, 0, nil, "Dubois et al. 2024 (AlpacaEval 2)", "endpoint: ask for log-probs and read preferences from those of the labels, by the text alone where the server gives none; false for servers that refuse to be asked"},
	{"evaluate.endpoint.parallel", 4, 1, 256, nil, ours, "endpoint: pairs of answers that are judged at a time"},
	{"evaluate.endpoint.retries", 5, 0, 20, nil, ours, "endpoint: how often a request is made again that was turned away or cut off"},
	{"evaluate.endpoint.max_requests", 10000, 1, 1e9, nil, ours, "endpoint: most requests of one run, which then stops; the same command goes on"},
	{"evaluate.answers.prompt", "prompt", 0, 0, nil, ours, "an opponent that is a file: the column with the prompt that is answered, word by word; not read where there is a column of ids"},
	{"evaluate.answers.language", "lang", 0, 0, nil, ours, "an opponent that is a file: the column with the language, by code, name or BCP 47 tag"},
	{"evaluate.answers.answer", "answer", 0, 0, nil, ours, "an opponent that is a file: the column with the answer"},
	{"evaluate.answers.id", "", 0, 0, nil, ours, "an opponent that is a file: the column with the id of the prompt; empty to find it by its text"},

	{"batch.rows", 256, 1, 65536, nil, ours, "answers generated side by side"},
	{"batch.tokens", 2048, 64, 1e7, nil, ours, "padded tokens in one block of scoring or training"},
	{"batch.sketch_mb", 4096, 1, 1e7, nil, ours, "memory for the sketches of a round's pairs, in megabytes; where they need more, scoring goes over the pairs several times"},

	{"batch.recompute", false, 0, 0, nil, ours, "the backward pass computes a block's activations anew instead of keeping those of all blocks, and meets the vocabulary piece by piece: about a third more time, far less memory"},

	{"arms.name", nil, 0, 0, nil, "", "names the arm, in at most 60 characters"},
	{"arms.caption", "", 0, 0, nil, "", "one line for tables"},
	{"arms.select", nil, 0, 0, selectors(every), "", "which pairs it trains on (congrad ls methods)"},
	{"arms.match", "", 0, 0, nil, "", only(selectors(picking(method.PicksMatching))) + "the arm whose count of kept pairs per language it takes over"},
	{"arms.policy", "shared", 0, 0, []string{"shared", "mono"}, "", "one model for all languages, or for each seen language one that is trained on its pairs alone and answers in it alone"},
	{"arms.without", []string{}, 0, inf, nil, "", "seen languages whose pairs the arm does without, from selection to training; it is evaluated in them as in the others"},

	{"published.arm", nil, 0, 0, nil, "", "a number from elsewhere that is set beside this run's (docs/reading-results.md): the arm whose number it stands beside"},
	{"published.languages", nil, 0, 0, nil, "", "seen, unseen, under-represented or all, or one language's code"},
	{"published.measure", nil, 0, 0, []string{"win rate", "win rate at equal length", "accuracy", "accuracy per byte", "accuracy per character", "exact match", "bits per byte"}, "", "what it measures; the arm's own value, not a difference"},
	{"published.task", "", 0, 0, nil, "", "of the alignment tax: the task that it is of, without folder and ending; empty for all of the experiment's together"},
	{"published.value", nil, 0, 1e6, nil, "", "the number; rates are shares, so 52.3 % is 0.523"},
	{"published.low", math.NaN(), 0, 1e6, nil, "", "the lower end of its interval, where one is given"},
	{"published.high", math.NaN(), 0, 1e6, nil, "", "the upper end"},
	{"published.source", nil, 0, 0, nil, "", "who says so: paper, table and setting, or your own earlier run"},
}

// keysOf lists the keys of a table, in display order.
func keysOf(table string) (keys []string) {
	for _, f := range Fields {
		if strings.HasPrefix(f.Key, table+".") {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// FindField returns the documentation of a key.
func FindField(key string) (Field, bool) {
	for _, f := range Fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}
