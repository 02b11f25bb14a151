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
	Words   []string // the values of an enumeration, or what a list may hold
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
	{"name", nil, 0, 0, nil, "", "name of the experiment and of its results folder"},
	{"title", "", 0, 0, nil, "", "one line at the top of reports"},
	{"model", nil, 0, 0, nil, "", `"tiny" or another embedded model, a folder with config.json, tokenizer.json and safetensors, a .gguf file, or a downloaded org/name[@revision]`},
	{"bases", []string{}, 0, inf, nil, ours, "further models of the same shape and tokenizer: seeds start from model and these in turn, and intervals are then over the models"},
	{"precision", "float32", 0, 0, []string{"float32", "bfloat16"}, ours, "number format of the matrix products in the blocks; with bfloat16, frozen weights are stored in it too, trained weights stay float32"},
	{"seeds", []uint64{1, 2, 3}, 1, inf, nil, ours, "one whole run per seed; intervals are over seeds and prompt clusters"},
	{"iterations", 2, 1, 100, nil, "Yuan et al. 2024 (M1 to M3)", "rounds of generating, judging and training"},

	{"chat.layout", "own", 0, 0, []string{"own", "plain"}, ours, "how prompts are laid out: by the model's own chat template, or as plain text, for models without one"},
	{"chat.prompt", text.Here, 0, 0, nil, ours, "plain: the text around a prompt, with {prompt} where the instruction goes; it may begin with solved examples"},

	{"lora.rank", 0, 0, 65536, nil, ours, "rank of the LoRA adapters that are trained instead of the model's weights (Hu et al. 2022); 0 trains all weights"},
	{"lora.alpha", 32.0, 1e-6, 1e6, nil, ours, "LoRA alpha: the adapters' product is multiplied by alpha/rank"},
	{"lora.layers", model.AllProjections, 0, 0, model.Sets, ours, "which matrices get adapters: all in the blocks, only attention, only MLP, or only the last block's"},

	{"base.shared_share", math.NaN(), 0, 1, nil, ours, "share of the defects in the embedded world's training mixture that are wrong in every language; the others are right in another language; default: the world's own share"},
	{"base.steps", 0, 0, 1e6, nil, ours, "steps of further training on that mixture before the study; 0 uses the model as it is"},

	{"languages.seen", nil, 1, inf, nil, "abstract: ten languages, not named", "languages whose preference pairs are trained on"},
	{"languages.unseen", []string{}, 0, inf, nil, "abstract: unseen languages, not named", "languages that are only evaluated"},
	{"languages.under_represented", []string{}, 0, inf, nil, ours, "languages that are also reported as a group"},
	{"languages.define.name", "", 0, 0, nil, "CLDR", "[languages.define.CODE], for a language without a code of ISO 639 or to describe one otherwise (docs/languages.md): its name in English"},
	{"languages.define.endonym", "", 0, 0, nil, "CLDR", "its name in the language itself"},
	{"languages.define.script", "", 0, 0, nil, "CLDR", "its script by ISO 15924, such as Latn"},
	{"languages.define.direction", "", 0, 0, nil, "Unicode", "the script's direction, ltr or rtl"},

	{"prompts.source", "tiny", 0, 0, []string{"tiny", "files"}, ours, "where instructions come from: the embedded world, or files (docs/add-prompts.md)"},
	{"prompts.kinds", []string{}, 0, inf, coreKinds(), ours, "tiny: what is asked for, in training and evaluation; empty for all; dates, numbers, percentages and amounts follow rules, names have to be known one by one"},
	{"prompts.path", "", 0, 0, nil, "", "files: a .jsonl, .csv or .parquet file, relative to the working folder; {lang} stands for the language's code if each language has a file"},
	{"prompts.held_out", 0.2, 0, 0.9, nil, ours, "files: share of the clusters held out for the evaluation, in every language; not used if evaluate.path is set"},
	{"prompts.dev", 0.0, 0, 0.9, nil, ours, "files: share of the clusters held out for evaluate.split = \"dev\""},
	{"prompts.per_language", 100, 1, 1e6, nil, ours, "new instructions per seen language and iteration"},
	{"prompts.columns.prompt", "prompt", 0, 0, nil, ours, "files: the column with the instruction"},
	{"prompts.columns.language", "lang", 0, 0, nil, ours, "files: the column with the language, by code, name or BCP 47 tag; not read if the path has {lang}"},
	{"prompts.columns.answer", "", 0, 0, nil, ours, "files: the column with the reference answer; empty if there is none"},
	{"prompts.columns.id", "", 0, 0, nil, ours, "files: the column with an id that is unique within a language; empty for the row's number"},
	{"prompts.columns.cluster", "", 0, 0, nil, ours, "files: the column with an id that translations of a prompt share; empty for the id"},

	{"generate.samples", 4, 2, 1024, nil, "Yuan et al. 2024", "answers sampled per instruction"},
	{"generate.temperature", 0.7, 0.01, 10, nil, "Yuan et al. 2024", "sampling temperature"},
	{"generate.top_p", 0.9, 0.01, 1, nil, "Yuan et al. 2024", "nucleus sampling: probability mass of the tokens that are sampled from"},
	{"generate.max_tokens", 32, 1, 1e5, nil, ours, "longest answer in tokens; a longer one is cut"},

	{"judge.kind", "self", 0, 0, []string{"self", "reference"}, "abstract: self-rewarding", "what scores answers: the policy at the start of the iteration, or comparison with the reference answer"},
	{"judge.noise", 0.0, 0, 1, nil, ours, "share of the scores that are replaced by random scores in the judge's range"},

	{"pair.min_gap", 0.0, 0, 1e6, nil, ours, "smallest difference between the best and the worst score for a pair"},
	{"pair.max_length_ratio", 0.0, 0, 1e6, nil, ours, "largest ratio of the two answers' lengths in tokens; 0 allows any"},
	{"pair.flip", 0.0, 0, 1, nil, ours, "share of each language's pairs whose two answers are swapped: planted conflicts, unknown to the selectors"},
	{"pair.flip_languages", []string{}, 0, inf, nil, ours, "seen languages whose pairs are flipped; empty for all"},
	{"pairs.source", "answers", 0, 0, []string{"answers", "files"}, ours, "where the pairs of the first iteration come from: the model's judged answers, or files (docs/own-pairs.md)"},
	{"pairs.path", "", 0, 0, nil, "", "files: a .jsonl, .csv or .parquet file, relative to the working folder; {lang} stands for the language if each language has a file"},
	{"pairs.per_language", 0, 0, 1e6, nil, ours, "files: pairs of each seen language, at most; 0 for all"},
	{"pairs.columns.prompt", "prompt", 0, 0, nil, "TRL 1.16", "files: the column with the prompt, a text or a conversation; the file need not have it if the conversations of chosen and rejected begin with it"},
	{"pairs.columns.chosen", "chosen", 0, 0, nil, "TRL 1.16", "files: the column with the better answer, a text or a conversation"},
	{"pairs.columns.rejected", "rejected", 0, 0, nil, "TRL 1.16", "files: the column with the worse answer"},
	{"pairs.columns.language", "lang", 0, 0, nil, ours, "files: the column with the language; not read if the path has {lang}"},
	{"pairs.columns.id", "", 0, 0, nil, ours, "files: the column with an id that is unique within a language; empty for the row's number"},
	{"pairs.columns.cluster", "", 0, 0, nil, ours, "files: the column with an id that translations of a pair share, which are drawn together; empty for the id"},

	{"loss.kind", "dpo", 0, 0, losses(every), "public summary: length-penalised DPO", "preference loss (formulas: docs/losses.md)"},
	{"loss.beta", 0.1, 1e-6, 1e3, nil, "Rafailov et al. 2023", "DPO's inverse temperature; " + and(losses(loss.Kind.PerToken)) + ", which compare log-probs per token, need a value of their own"},
	{"loss.length_penalty", 0.01, 0, 100, nil, "public summary: length-penalised DPO; the value is our choice (0.01 to 0.05 in public code)", only(losses(taking("length_penalty"))) + "alpha of R-DPO per token; 0 is plain DPO"},
	{"loss.label_smoothing", 0.1, 0, 0.49, nil, "Chowdhury et al. 2024", only(losses(taking("label_smoothing"))) + "assumed share of wrong labels; 0 is DPO"},
	{"loss.target_margin", 0.5, 0, 100, nil, "Meng et al. 2024 (SimPO), public code", only(losses(taking("target_margin"))) + "gamma/beta, the target margin in log-prob per token"},
	{"loss.ld_alpha", 0.5, 0, 1, nil, ours, only(losses(taking("ld_alpha"))) + "weight of tokens beyond the shorter answer's length; 1 is DPO"},
	{"loss.nll_weight", 1.0, 0, 1e3, nil, "Pang et al. 2024", only(losses(taking("nll_weight"))) + "weight of the chosen answer's negative log-likelihood per token; 0 is DPO"},

	{"train.learning_rate", 5e-7, 1e-12, 1, nil, "Rafailov et al. 2023, public code", "peak learning rate"},
	{"train.rates", []float64{}, 1e-12, 1, nil, ours, "peak learning rates to choose from, in place of train.learning_rate: an arm trains with each, and its policy is the one that answers development prompts in its seen languages best, by evaluate.decide; of equal ones, that of the lowest rate. In every iteration and seed anew"},
	{"train.schedule", "cosine", 0, 0, []string{"cosine", "linear", "constant"}, "Meng et al. 2024 (SimPO), public code", "how the learning rate falls after the warm-up; cosine and linear end at zero"},
	{"train.warmup", 0.1, 0, 1, nil, "Meng et al. 2024 (SimPO), public code", "share of the steps in which the learning rate rises"},
	{"train.epochs", 1, 0, 1000, nil, "Meng et al. 2024 (SimPO), public code", "passes over the kept pairs in each iteration; 0 trains nothing, for studies of scoring only"},
	{"train.batch_pairs", 16, 1, 1e5, nil, ours, "pairs per optimiser step"},
	{"train.weight_decay", 0.0, 0, 10, nil, ours, "AdamW's decoupled weight decay; not applied to norm gains"},
	{"train.clip", 1.0, 0, 1e9, nil, ours, "gradients with a larger global norm are clipped to this; 0 turns clipping off"},
	{"train.beta1", 0.9, 0, 0.999999, nil, "Loshchilov & Hutter 2019", "AdamW's beta1"},
	{"train.beta2", 0.999, 0, 0.9999999, nil, "Loshchilov & Hutter 2019", "AdamW's beta2"},
	{"train.epsilon", 1e-8, 1e-30, 1, nil, "Loshchilov & Hutter 2019", "AdamW's epsilon"},
	{"train.aggregator", noSurgery, 0, 0, nil, ours, "how each step combines the languages' gradients (congrad ls methods); none uses the gradient of the whole batch"},
	{"train.scope", model.WholeModel, 0, 0, model.Scopes, ours, "train.aggregator: whether gradients are combined in the whole model at once, in each decoder block by itself, or in each weight by itself (after arXiv 2606.05613)"},
	{"train.temperature", 1.0, 1, 1e6, nil, "Conneau et al. 2020 (XLM-R) for the formula; 1, every pair once an epoch, is our choice", "T: a language with n pairs is sampled in proportion to n^(1/T); above 1, pairs of languages with few pairs are seen more often and others less; the total stays the same"},

	{"congrad.mode", "offline", 0, 0, []string{"offline", "online"}, ours, only(selectors(picking(method.PicksBestOnline))) + "when pairs are selected: all at the start of an iteration, or batch by batch during training (docs/online.md)"},
	{"congrad.renew_every", 5, 1, 1e6, nil, ours, "online: batches between updates of the consensus; all pairs are kept until the first one"},
	{"congrad.resample_every", 1000, 0, 1e9, nil, "Hao et al. 2024 (FLORA), public code: kappa", "online: batches after which the sketch's matrices are drawn again; 0 draws them once per iteration"},
	{"congrad.sketch", "flora", 0, 0, []string{"flora", "logra", "exact"}, "abstract: sublinear compression; public summary: FLORA", "how a pair's gradient is compressed: along the longer side of each weight (flora), along both sides (logra), or not at all (exact)"},
	{"congrad.sketch_rank", 16, 1, 1e5, nil, ours, "length of a compressed side"},
	{"congrad.projection", "gaussian", 0, 0, []string{"gaussian", "orthonormal", "mask"}, "public summary: FLORA", "projection matrices: entries from N(0, 1/rank); orthonormal rows scaled by sqrt(side/rank), which have a smaller error; or a random choice of entries (mask), which with two sides and sketch_numbers is FactGraSS (Hu et al. 2025)"},
	{"congrad.sketch_numbers", 0, 0, 1e9, nil, ours, "size in numbers to which a pair's sketches of all weights are reduced by adding with random signs (CountSketch, Charikar et al. 2002); 0 keeps them as they are"},
	{"congrad.layers", model.AllProjections, 0, 0, model.Sets, ours, "weights whose gradients are compared: all matrices in the blocks, only attention, only MLP, or only the last block's"},
	{"congrad.language_gradient", "ema", 0, 0, []string{"ema", "mean"}, summary, "a language's gradient: a moving average of its pairs' gradients, or their mean"},
	{"congrad.ema_decay", 0.99, 0, 0.999999, nil, "public summary: a moving average; the decay is our choice", "decay of the moving average, per pair"},
	{"congrad.normalise", "unit", 0, 0, []string{"unit", "none"}, ours, "whether language gradients are scaled to unit length before the consensus"},
	{"congrad.aggregator", "pcgrad", 0, 0, nil, "abstract: multi-objective optimisation; public summary: PCGrad", "turns the language gradients into the consensus (congrad ls methods)"},
	{"congrad.scope", model.WholeModel, 0, 0, model.Scopes, ours, "whether the consensus is found in the whole model at once, in each decoder block by itself, or in each weight by itself; a pair is compared with the parts' consensus together (after arXiv 2606.05613)"},
	{"congrad.similarity", "cosine", 0, 0, []string{"cosine", "dot"}, summary, "how a pair's gradient is compared with the consensus"},
	{"congrad.leave_one_out", true, 0, 0, nil, ours, "remove the pair's own share from its language's gradient before comparing"},
	{"congrad.held_back", 0.2, 1e-6, 0.9, nil, ours, only(selectors(holdingBack)) + "share of each language's pairs that is not trained on and that the other pairs are compared with"},
	{"congrad.trust", []string{}, 0, inf, nil, ours, only(selectors(trusting)) + "seen languages in which the judge is trusted; if empty, congrad.trust_pairs decides"},
	{"congrad.trust_pairs", 0, 0, 1e6, nil, ours, only(selectors(trusting)) + "pairs of each language that are checked against the reference answers: the judge is trusted where it is at least half as good above chance as in its best language; 0 checks none and asks the same of the coherence of a language's gradients"},
	{"congrad.fidelity_pairs", 200, 0, 1e5, nil, ours, "number of pairs whose exact gradient is compared with its sketch, in the first iteration"},
	{"congrad.fidelity_seeds", 1, 1, 1e5, nil, ours, "number of seeds for which they are compared, from the first on"},

	{"keep.share", 0.5, 1e-6, 1, nil, ours, "share of the pairs that is kept, highest scores first, for every selector"},
	{"keep.threshold", math.NaN(), -1e30, 1e30, nil, ours, "keep pairs that score at least this, instead of a share; 0 for " + and(selectors(picking(method.PicksAtZero))) + " unless [arms.keep] says otherwise"},
	{"keep.band", []float64{}, 0, 1, nil, ours, "keep pairs that rank between these two shares of the pairs, counted from the best, instead of a share: [0.25, 0.75] keeps those of medium score (after Zhang et al. 2025, arXiv 2510.13212)"},
	{"keep.quota", "language", 0, 0, []string{"language", "global"}, ours, "take the share of each language's pairs, or of all pairs together"},

	{"keep.action", "drop", 0, 0, []string{"drop", "flip", "weight"}, ours, "what is done with ranked pairs that are not kept: they are dropped, trained on with their answers swapped, or trained on with weights that fall from 1 to 0 by rank"},

	{"evaluate.path", "", 0, 0, nil, "", "files: a file of held-out instructions, like prompts.path; empty to hold out a share of prompts.path"},
	{"evaluate.split", "eval", 0, 0, []string{"eval", "dev"}, ours, "dev during development, eval for results"},
	{"evaluate.per_language", 200, 1, 1e6, nil, ours, "held-out instructions per language"},
	{"evaluate.opponent", nil, 0, 0, nil, "", "the arm whose answers win rates are against, or a .jsonl, .csv or .parquet file of answers (docs/add-prompts.md)"},
	{"evaluate.reference", "", 0, 0, nil, "", "the arm that paired differences are relative to; default: the arm that trains one model on all pairs of all seen languages (select = \"all\"); required if several arms do"},
	{"evaluate.judge", "reference", 0, 0, []string{"reference", "self", "endpoint"}, ours, "what judges the answers for win rates: comparison with the reference answer, the base model, or a model on a server (docs/add-a-judge.md)"},
	{"evaluate.decide", "chrf", 0, 0, []string{"chrf", "exact"}, ours, "reference: which answer wins: the one with the higher chrF score (exact counts 1), or an exact answer over an inexact one, with a tie if both or neither are exact"},
	{"evaluate.samples", 0, 0, 1024, nil, ours, "answers sampled to each held-out instruction, next to the greedy one; all arms use the same random numbers; 0 samples none"},
	{"evaluate.temperature", 0.7, 0.01, 10, nil, "Yuan et al. 2024", "temperature of the sampled held-out answers"},
	{"evaluate.top_p", 0.9, 0.01, 1, nil, "Yuan et al. 2024", "nucleus sampling of the held-out answers: probability mass of the tokens that are sampled from"},
	{"evaluate.iterations", false, 0, 0, nil, ours, "also evaluate the policies of the earlier iterations, except on tasks; otherwise only those of the last one"},
	{"evaluate.drift", false, 0, 0, nil, ours, "measure how far each evaluated policy is from the base model: KL divergence per token on the sampled held-out answers, in both directions"},
	{"evaluate.tasks", []string{}, 0, inf, nil, "abstract: alignment tax", "tasks of the alignment tax (congrad ls tasks), or files of your own"},
	{"evaluate.task_items", 100, 1, 1e6, nil, ours, "items per task and language"},
	{"evaluate.columns.prompt", "prompt", 0, 0, nil, ours, "like prompts.columns.prompt, for evaluate.path; if no key of this table is given, prompts.columns applies"},
	{"evaluate.columns.language", "lang", 0, 0, nil, ours, "like prompts.columns.language, for evaluate.path"},
	{"evaluate.columns.answer", "", 0, 0, nil, ours, "like prompts.columns.answer, for evaluate.path"},
	{"evaluate.columns.id", "", 0, 0, nil, ours, "like prompts.columns.id, for evaluate.path"},
	{"evaluate.columns.cluster", "", 0, 0, nil, ours, "like prompts.columns.cluster, for evaluate.path; a cluster in both files is held out"},
	{"evaluate.endpoint.url", "", 0, 0, nil, "", "endpoint: base URL of an OpenAI-compatible server, without /chat/completions"},
	{"evaluate.endpoint.model", "", 0, 0, nil, "", "endpoint: the server's name for the judging model"},
	{"evaluate.endpoint.key_env", "OPENAI_API_KEY", 0, 0, nil, ours, "endpoint: the environment variable that holds the key; no key is sent if it is not set"},
	{"evaluate.endpoint.instructions", "", 0, 0, nil, ours, "endpoint: a file with the judge's prompt, with the placeholders {prompt}, {A} and {B}, relative to the working folder; empty for the built-in prompt"},
	{"evaluate.endpoint.max_tokens", 8, 1, 1e5, nil, ours, "endpoint: longest reply in tokens"},
	{"evaluate.endpoint.log_probs", true, 0, 0, nil, "Dubois et al. 2024 (AlpacaEval 2)", "endpoint: ask for log-probs and read preferences from those of the labels, or from the text if the server gives none; set false for servers that reject the request"},
	{"evaluate.endpoint.parallel", 4, 1, 256, nil, ours, "endpoint: pairs of answers that are judged at the same time"},
	{"evaluate.endpoint.retries", 5, 0, 20, nil, ours, "endpoint: how often a failed request is retried"},
	{"evaluate.endpoint.max_requests", 10000, 1, 1e9, nil, ours, "endpoint: most requests of one run; then it stops, and the same command continues"},
	{"evaluate.answers.prompt", "prompt", 0, 0, nil, ours, "opponent file: the column with the exact text of the prompt; not read if there is a column of ids"},
	{"evaluate.answers.language", "lang", 0, 0, nil, ours, "opponent file: the column with the language, by code, name or BCP 47 tag"},
	{"evaluate.answers.answer", "answer", 0, 0, nil, ours, "opponent file: the column with the answer"},
	{"evaluate.answers.id", "", 0, 0, nil, ours, "opponent file: the column with the prompt's id; empty to find the prompt by its text"},

	{"batch.rows", 256, 1, 65536, nil, ours, "answers generated at the same time"},
	{"batch.tokens", 2048, 64, 1e7, nil, ours, "tokens, with padding, in one block of scoring or training"},
	{"batch.sketch_mb", 4096, 1, 1e7, nil, ours, "memory for the sketches of a round's pairs [MB]; if they need more, scoring makes several passes over the pairs"},

	{"batch.save_seconds", 0.0, 0, 86400, nil, ours, "seconds between the checkpoints of a stage, which is the work that a kill may cost; 0 is 30 s, or 50 times what a checkpoint takes if that is longer"},
	{"batch.recompute", false, 0, 0, nil, ours, "the backward pass recomputes a block's activations instead of storing those of all blocks, and processes the vocabulary in pieces: about a third more time, far less memory"},

	{"arms.name", nil, 0, 0, nil, "", "name of the arm, at most 60 characters"},
	{"arms.caption", "", 0, 0, nil, "", "one line for tables"},
	{"arms.select", nil, 0, 0, selectors(every), "", "which pairs it trains on (congrad ls methods)"},
	{"arms.match", "", 0, 0, nil, "", only(selectors(matching)) + "the arm whose number of kept pairs per language is copied; required by random"},
	{"arms.policy", "shared", 0, 0, []string{"shared", "mono"}, "", "one model for all languages (shared), or one model per seen language, trained only on that language's pairs and evaluated only in it (mono)"},
	{"arms.match_steps", "", 0, 0, nil, "", "the arm that it takes as many optimiser steps as, in place of train.epochs: its passes over its pairs are repeated or cut, and the learning rate follows the new number; each model of a mono arm takes as many"},
	{"arms.match_kl", "", 0, 0, nil, "", "the arm that it drifts as far from the base model as: in each iteration it is the last checkpoint whose KL per token, on development prompts, is not above that of the other arm's policy (docs/reading-results.md)"},
	{"arms.evaluate_temperature", math.NaN(), 0.01, 10, nil, "", "temperature of the arm's sampled held-out answers, if it is not evaluate.temperature: a base model that is only surer of itself shows how much of a gain is sharper sampling"},
	{"arms.without", []string{}, 0, inf, nil, "", "seen languages whose pairs the arm does not use, neither in selection nor in training; it is still evaluated in them"},

	{"arms.groups", []string{}, 0, inf, nil, "", "policy = \"mono\": groups of seen languages that share a model, each a text of codes, as in [\"en de\", \"ar ko\"], in place of a model for each language; a batch has the group's part of train.batch_pairs. The table groups of an earlier run proposes some"},

	{"published.arm", nil, 0, 0, nil, "", "a number from elsewhere, shown next to this run's (docs/reading-results.md): the arm it is compared with"},
	{"published.languages", nil, 0, 0, nil, "", "seen, unseen, under-represented, strong or weak (seen, without or among the under-represented), all, or one language's code"},
	{"published.measure", nil, 0, 0, append([]string{"win rate", "win rate at equal length"}, taxed...), "", "what the number measures; the arm's own value, not a difference"},
	{"published.task", "", 0, 0, nil, "", "alignment tax: the task, without folder and extension; empty for all tasks of the experiment together"},
	{"published.value", nil, 0, 1e6, nil, "", "the number; rates are shares: 52.3 % is 0.523"},
	{"published.low", math.NaN(), 0, 1e6, nil, "", "lower end of its interval, if known"},
	{"published.high", math.NaN(), 0, 1e6, nil, "", "upper end of its interval, if known"},
	{"published.source", nil, 0, 0, nil, "", "where the number comes from: paper, table and setting, or your own earlier run"},

	{"claims.text", nil, 0, 0, nil, "", "a statement that the run answers with a verdict (docs/reading-results.md), in one sentence"},
	{"claims.measure", nil, 0, 0, append([]string{"exact", "win rate", sampled + "exact", sampled + "win rate", "win rate at equal length", Decisions}, taxed...), "", "what differs between the arms: greedy answers that are the reference answer (exact), win rates, the same of sampled answers (evaluate.samples), the alignment tax, or, of one arm, the share of pairs on which compressed gradients decide otherwise than exact ones (decisions)"},
	{"claims.task", "", 0, 0, nil, "", "alignment tax: the task, without folder and extension; empty for all tasks of the experiment together"},
	{"claims.arms", nil, 1, inf, nil, "", "two arms: the claim is about the first minus the second; one arm: about it minus evaluate.reference"},
	{"claims.group", "seen", 0, 0, nil, ours, "languages: seen, unseen, under-represented, strong or weak (seen, without or among the under-represented), all, or one language's code"},
	{"claims.direction", nil, 0, 0, []string{"greater", "less", "within"}, "", "what is claimed: the difference is above 0, below 0, or within the effect on either side of 0"},
	{"claims.effect", nil, 1e-6, 1e6, nil, "", "smallest effect of interest: a difference closer to 0 does not matter; in the unit of the measure, shares as 0.01"},
}

// taxed are the measures of the alignment tax.
var taxed = []string{"accuracy", "accuracy per byte", "accuracy per character", "exact match", "bits per byte"}

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
