package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"congrad/harness/record"
	"congrad/results/outcome"
)

// MLflow is a folder of runs as MLflow's file store has it: an experiment with a run for every trained model and a run for every arm with its
// results over all seeds. Times are that of the run's end.
func MLflow(set *record.Set, at time.Time) ([]File, error) {
	s, err := outcome.New(set)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	about, err := study(set)
	if err != nil {
		return nil, err
	}
	experiment := fmt.Sprint(1 + int64(hash(s.Name)[0])<<16 + int64(hash(s.Name)[1])<<8 + int64(hash(s.Name)[2])) // 0 is MLflow's default experiment
	stamp := at.UnixMilli()
	files := []File{{experiment + "/meta.yaml", []byte(fmt.Sprintf(
		"artifact_location: mlruns/%s\ncreation_time: %d\nexperiment_id: '%s'\nlast_update_time: %d\nlifecycle_stage: active\nname: %s\n",
		experiment, stamp, experiment, stamp, quoted(s.Name)))}}
	run := func(name string, a record.Arm, seed string, metrics map[string][]string) {
		sum := hash(s.Name, name, seed)
		id := hex.EncodeToString(sum[:16])
		dir := experiment + "/" + id + "/"
		title := name
		if seed != "" {
			title += ", seed " + seed
		}
		files = append(files, File{dir + "meta.yaml", []byte(fmt.Sprintf(
			"artifact_uri: mlruns/%s/%s/artifacts\nend_time: %d\nentry_point_name: ''\nexperiment_id: '%s'\nlifecycle_stage: active\nrun_id: %s\nrun_name: %s\nrun_uuid: %s\n"+
				"source_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: %d\nstatus: 3\ntags: []\nuser_id: congrad\n",
			experiment, id, stamp, experiment, id, quoted(title), id, stamp))})
		for _, tag := range [][2]string{{"mlflow.runName", title}, {"mlflow.source.name", "congrad"}, {"arm", a.Name}} {
			files = append(files, File{dir + "tags/" + tag[0], []byte(tag[1])})
		}
		files = append(files, File{dir + "artifacts/" + about.Path, about.Data}) // a run without this folder is not found
		for _, p := range parameters(s, a, seed) {
			files = append(files, File{dir + "params/" + p[0], []byte(p[1])})
		}
		for _, m := range sortedKeys(metrics) {
			files = append(files, File{dir + "metrics/" + m, []byte(strings.Join(metrics[m], "\n") + "\n")})
		}
	}
	for _, t := range trainings(s) {
		metrics := map[string][]string{}
		for i, step := range t.steps {
			for _, x := range scalars(step) {
				metrics[x.name] = append(metrics[x.name], fmt.Sprintf("%d %v %d", stamp, x.value, i+1))
			}
		}
		run(t.name(), *s.Arm(t.arm), fmt.Sprint(t.seed), metrics)
	}
	for _, a := range s.Arms {
		metrics := map[string][]string{}
		for _, x := range results(s, a.Name) {
			metrics[x.name] = []string{fmt.Sprintf("%d %v 0", stamp, x.value)}
		}
		if len(metrics) > 0 {
			run(a.Name, a, "", metrics)
		}
	}
	return files, nil
}

// parameters say how an arm was trained.
func parameters(s *outcome.Study, a record.Arm, seed string) [][2]string {
	list := [][2]string{{"arm", a.Name}, {"model", s.Model.Name}, {"select", a.Select}, {"policy", a.Policy}, {"iterations", fmt.Sprint(s.Iterations)}}
	if seed != "" {
		list = append(list, [2]string{"seed", seed})
	}
	if a.Loss != nil {
		list = append(list, [2]string{"loss.kind", a.Loss.Kind}, [2]string{"loss.beta", fmt.Sprint(a.Loss.Beta)})
	}
	if t := a.Train; t != nil {
		list = append(list, [2]string{"train.learning_rate", fmt.Sprint(t.LearningRate)}, [2]string{"train.epochs", fmt.Sprint(t.Epochs)},
			[2]string{"train.batch_pairs", fmt.Sprint(t.BatchPairs)}, [2]string{"train.aggregator", t.Aggregator})
	}
	known := map[string]bool{}
	for _, p := range list {
		known[p[0]] = true
	}
	for _, c := range a.Changed {
		if !known[c.Key] {
			list = append(list, [2]string{c.Key, c.Value})
		}
	}
	return list
}

// hash is what the identities that other tools ask for are made of.
func hash(parts ...string) [32]byte { return sha256.Sum256([]byte(strings.Join(parts, "\x00"))) }

// quoted is a text as a YAML scalar.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
