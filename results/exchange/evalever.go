package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
)

// evalEverSchema is the version of Every Eval Ever's schemas that is written.
const evalEverSchema = "0.3.0"

// Made says with what and when a run was made. Records do not know it.
type Made struct {
	Version string    // of congrad
	At      time.Time // the run's end
}

// EvalEver is a file for every arm in the schema of Every Eval Ever, with the results in every group of languages over all seeds, and a file
// of all instances next to it: data/STUDY/congrad/ARM/UUID.json and UUID_samples.jsonl.
func EvalEver(set *record.Set, made Made) ([]File, error) {
	s, err := outcome.New(set)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	var files []File
	for _, a := range s.Arms {
		e := evalEver{s, a, made, fmt.Sprintf("%s/congrad/%s/%d", s.Name, a.Name, made.At.Unix())}
		results := e.results()
		if len(results) == 0 {
			continue
		}
		rows, n, err := e.instances()
		if err != nil {
			return nil, err
		}
		base := fmt.Sprintf("data/%s/congrad/%s/%s", s.Name, a.Name, uuid(s.Name, a.Name))
		sum := sha256.Sum256(rows)
		data, err := json.MarshalIndent(object{
			"schema_version": evalEverSchema, "evaluation_id": e.id, "retrieved_timestamp": fmt.Sprint(made.At.Unix()), "evaluation_timestamp": fmt.Sprint(made.At.Unix()),
			"source_metadata": object{
				"source_name": s.Name, "source_type": "evaluation_run", "source_organization_name": "unknown", "evaluator_relationship": "first_party",
			},
			"eval_library": object{"name": "congrad", "version": made.Version},
			"model_info":   e.model(), "evaluation_results": results,
			"detailed_evaluation_results": object{
				"format": "jsonl", "file_path": base + "_samples.jsonl", "hash_algorithm": "sha256", "checksum": hex.EncodeToString(sum[:]), "total_rows": n,
			},
		}, "", "  ")
		if err != nil {
			return nil, err
		}
		files = append(files, File{base + ".json", append(data, '\n')}, File{base + "_samples.jsonl", rows})
	}
	return files, nil
}

type object map[string]any

// evalEver is one arm's evaluation.
type evalEver struct {
	s    *outcome.Study
	arm  record.Arm
	made Made
	id   string
}

func (e evalEver) model() object {
	details := object{
		"deployment_type": "self_deployed", "model_availability": "unknown", "base_model": e.s.Model.Name, "parameters": fmt.Sprint(e.s.Model.Parameters), "weights_sha256": e.s.Model.Weights,
		"arm": e.arm.Name, "select": e.arm.Select, "seeds": strings.Trim(fmt.Sprint(e.s.Seeds), "[]"),
	}
	for _, c := range e.arm.Changed {
		details[c.Key] = c.Value
	}
	return object{"name": e.arm.Name, "id": e.modelID(), "developer": "congrad", "inference_engine": object{"name": "congrad", "version": e.made.Version}, "additional_details": details}
}

func (e evalEver) modelID() string { return "congrad/" + e.arm.Name }

// results are those of each group of languages and of each language.
func (e evalEver) results() (list []object) {
	groups := e.s.Groups()
	for _, l := range e.s.Languages {
		groups = append(groups, records.Only(l.Code))
	}
	for _, g := range groups {
		for _, r := range readings(e.s, e.arm.Name, g) {
			metric := object{
				"evaluation_description": r.title, "metric_id": r.measure, "metric_name": r.title, "metric_kind": strings.SplitN(r.measure, "/", 2)[0],
				"metric_unit": "proportion", "lower_is_better": r.better < 0, "score_type": "continuous", "min_score": 0, "max_score": 1,
			}
			if !r.share {
				metric["metric_unit"], metric["max_score"] = "bits per byte", "Infinity"
			}
			if judge := strings.TrimSpace(e.s.JudgedBy()); r.measure == "win_rate" && judge != "" {
				metric["additional_details"] = object{"judge": judge}
			}
			score := object{"score": r.estimate.Mean, "details": object{"seeds": fmt.Sprint(r.estimate.Seeds), "clusters": fmt.Sprint(r.estimate.Clusters)}}
			uncertainty := object{"num_samples": r.estimate.N}
			if r.estimate.Bounded() && !math.IsNaN(r.estimate.SE) && !math.IsInf(r.estimate.SE, 0) {
				uncertainty["standard_error"] = object{"value": r.estimate.SE, "method": "crossed random effects of items and seeds"}
				uncertainty["confidence_interval"] = object{"lower": r.estimate.Low, "upper": r.estimate.High, "confidence_level": records.Level, "method": "t quantiles, crossed random effects of items and seeds"}
			}
			score["uncertainty"] = uncertainty
			list = append(list, object{
				"evaluation_result_id": r.measure + "/" + g.Name, "evaluation_name": e.name(r.task) + ", " + g.Name,
				"source_data":   object{"dataset_name": e.name(r.task), "source_type": "other", "additional_details": object{"languages": strings.Join(g.Codes, " ")}},
				"metric_config": metric, "score_details": score,
			})
		}
	}
	return list
}

// name is that of the task, or of the study's own held-out prompts.
func (e evalEver) name(task string) string {
	if task == "" {
		return e.s.Name + " held-out prompts"
	}
	return task
}

// instances are the arm's answers, one JSON object per line, and their number. Each is of the result over all languages.
func (e evalEver) instances() (rows []byte, n int, err error) {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	add := func(measure, task string, seed uint64, lang, item, cluster string, input object, output string, score float64, right bool) {
		if err != nil {
			return
		}
		n++
		err = lines.Encode(object{
			"schema_version": evalEverSchema, "evaluation_id": e.id, "model_id": e.modelID(), "evaluation_name": e.name(task) + ", all", "evaluation_result_id": measure + "/all",
			"sample_id": item, "interaction_type": "single_turn", "input": input, "output": object{"raw": []string{output}},
			"answer_attribution": []object{{"turn_idx": 0, "source": "output.raw", "extracted_value": output, "extraction_method": "exact_match", "is_terminal": true}},
			"evaluation":         object{"score": score, "is_correct": right},
			"metadata":           object{"seed": fmt.Sprint(seed), "language": lang, "cluster": cluster},
		})
	}
	for i := range e.s.Set.Evaluations {
		x := &e.s.Set.Evaluations[i]
		if x.Arm != e.arm.Name {
			continue
		}
		asked, _ := e.s.Asked(x.Prompt)
		input := object{"raw": asked.Text, "reference": []string{}}
		if asked.Right != "" {
			input["reference"] = []string{asked.Right}
		}
		add("win_rate", "", x.Seed, x.Lang, x.Prompt, x.Cluster, input, x.Text, x.Win, x.Win == 1)
		if x.Known >= 0 && e.s.HeldAnswersKnown() {
			add("exact", "", x.Seed, x.Lang, x.Prompt, x.Cluster, input, x.Text, indicator(x.Known == 1), x.Known == 1)
		}
	}
	// the texts of a task's items are not recorded: their names stand for them
	item := func(name, reference string) object { return object{"raw": name, "reference": []string{reference}} }
	for i := range e.s.Set.Choices {
		if x := &e.s.Set.Choices[i]; x.Arm == e.arm.Name {
			add("accuracy/"+x.Task, x.Task, x.Seed, x.Lang, x.Item, x.Cluster, item(x.Item, fmt.Sprint("option ", x.Right+1)), fmt.Sprint("option ", x.Picked+1), indicator(x.Correct), x.Correct)
		}
	}
	for i := range e.s.Set.Replies {
		if x := &e.s.Set.Replies[i]; x.Arm == e.arm.Name {
			add("exact_match/"+x.Task, x.Task, x.Seed, x.Lang, x.Item, x.Cluster, object{"raw": x.Item, "reference": []string{}}, x.Text, indicator(x.Exact), x.Exact)
		}
	}
	return b.Bytes(), n, err
}

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// uuid is made of the names, so that the same records give the same files. Its version says that it is random: the schema takes no other.
func uuid(parts ...string) string {
	sum := hash(parts...)
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	x := hex.EncodeToString(sum[:16])
	return strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-")
}
