package exchange

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"google.golang.org/protobuf/encoding/protowire"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

func byPath(t *testing.T, files []File, err error) map[string][]byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		if all[f.Path] != nil {
			t.Errorf("%s is written twice", f.Path)
		}
		all[f.Path] = f.Data
	}
	return all
}

// lines are the records of a kind as JSON has them, without the line of the schema.
func lines(t *testing.T, set *record.Set, kind string) (list []map[string]any) {
	t.Helper()
	files, err := set.Files()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(files[kind+".jsonl"]))
	dec.UseNumber()
	for n := 0; dec.More(); n++ {
		var m map[string]any
		if err := dec.Decode(&m); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			list = append(list, m)
		}
	}
	return list
}

// field is a field of a JSON object by a column's name, as text; "" if it is absent.
func field(t *testing.T, m map[string]any, name string) string {
	t.Helper()
	var v any = m
	for part := range strings.SplitSeq(name, ".") {
		inner, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = inner[part]
	}
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return fmt.Sprint(v)
}

// same compares texts of values; JSON leaves out zeros, and writes numbers in another way.
func same(got, want string) bool {
	if got == want {
		return true
	}
	var a, b float64
	if want == "" || want == "false" {
		return got == "0" || got == "false"
	}
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		return false
	}
	return a == b
}

// Every value of every record is in the CSV and in the Parquet file, as the JSON has it.
func TestTablesHoldTheRecords(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Pairs[0].Met = new(int)
	*set.Pairs[0].Met = 3
	set.Evaluations[1].Verdict = &record.Verdict{First: 0.25, Second: 1, By: "text"}
	made, err := CSV(set)
	texts := byPath(t, made, err)
	made, err = Parquet(set)
	binaries := byPath(t, made, err)
	if len(texts) != len(binaries) || len(texts) < 10 {
		t.Errorf("%d CSV files and %d Parquet files", len(texts), len(binaries))
	}
	for _, kind := range []string{"prompts", "answers", "pairing", "pairs", "consensus", "steps", "evaluation", "choices", "passages", "fidelity"} {
		want := lines(t, set, kind)
		rows, err := csv.NewReader(bytes.NewReader(texts[kind+".csv"])).ReadAll()
		if err != nil || len(rows) != 1+len(want) {
			t.Fatalf("%s: %d rows of CSV for %d records, %v", kind, len(rows)-1, len(want), err)
		}
		data := binaries[kind+".parquet"]
		file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range file.Root().Columns() {
			names = append(names, c.Name())
		}
		reader, cells := parquet.NewReader(file), make([]parquet.Row, len(want))
		if n, err := reader.ReadRows(cells); n != len(want) || err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("%s: %d rows of Parquet for %d records, %v", kind, n, len(want), err)
		}
		if d := cmp.Diff(rows[0], names); d != "" {
			t.Errorf("%s: the columns are others: %s", kind, d)
		}
		for i, record := range want {
			for j, name := range rows[0] {
				value := field(t, record, name)
				if got := rows[1+i][j]; !same(got, value) {
					t.Fatalf("%s, record %d, %s: CSV has %q, want %q", kind, i, name, got, value)
				}
				got := cells[i][j].String()
				if cells[i][j].IsNull() {
					got = ""
				}
				if !same(got, value) {
					t.Fatalf("%s, record %d, %s: Parquet has %q, want %q", kind, i, name, got, value)
				}
			}
		}
	}
}

// An event file is read back as its format says: frames with checksums, in them events with steps and values.
func TestTensorBoardEvents(t *testing.T) {
	if got := masked([]byte("123456789")); got != 0xc78ab0e5 { // from the check value of CRC-32C, 0xe3069283, by hand
		t.Errorf("the checksum is %#x", got)
	}
	set := synthetic.Set(synthetic.Small())
	made, err := TensorBoard(set)
	files := byPath(t, made, err)
	want := map[uint64]float32{}
	n := uint64(0)
	for _, s := range set.Steps {
		if s.Arm == "congrad" && s.Seed == 2 {
			n++
			want[n] = float32(s.Loss)
		}
	}
	got := map[uint64]float32{}
	for data := files["congrad/seed-2/events.out.tfevents.0.congrad"]; len(data) > 0; {
		length := binary.LittleEndian.Uint64(data)
		if sum := binary.LittleEndian.Uint32(data[8:]); sum != masked(data[:8]) {
			t.Fatal("the length has a wrong checksum")
		}
		message := data[12 : 12+length]
		if sum := binary.LittleEndian.Uint32(data[12+length:]); sum != masked(message) {
			t.Fatal("a message has a wrong checksum")
		}
		data = data[16+length:]
		var step uint64
		for len(message) > 0 {
			number, kind, size := protowire.ConsumeTag(message)
			message = message[size:]
			switch {
			case number == 2 && kind == protowire.VarintType:
				step, size = protowire.ConsumeVarint(message)
			case number == 5:
				var summary []byte
				summary, size = protowire.ConsumeBytes(message)
				if tag, value := firstValue(t, summary); tag == "train/loss" {
					got[step] = value
				}
			default:
				size = protowire.ConsumeFieldValue(number, kind, message)
			}
			message = message[size:]
		}
	}
	if d := cmp.Diff(want, got); d != "" || n == 0 {
		t.Errorf("%d steps: %s", n, d)
	}
}

// firstValue is the first value of a summary.
func firstValue(t *testing.T, summary []byte) (tag string, value float32) {
	t.Helper()
	_, _, size := protowire.ConsumeTag(summary)
	entry, _ := protowire.ConsumeBytes(summary[size:])
	for len(entry) > 0 {
		number, kind, size := protowire.ConsumeTag(entry)
		entry = entry[size:]
		switch number {
		case 1:
			tag, size = protowire.ConsumeString(entry)
		case 2:
			var bits uint32
			bits, size = protowire.ConsumeFixed32(entry)
			value = math.Float32frombits(bits)
		default:
			size = protowire.ConsumeFieldValue(number, kind, entry)
		}
		entry = entry[size:]
	}
	return tag, value
}

// The files read what they are made for: pandas, TensorBoard, MLflow and the checker of Every Eval Ever find the numbers of the records.
func TestOtherToolsRead(t *testing.T) {
	interpreter := os.Getenv("CONGRAD_EXCHANGE")
	if interpreter == "" {
		t.Skip("needs Python with these tools: make exchange")
	}
	set := synthetic.Set(synthetic.Small())
	dir := t.TempDir()
	for name, make := range map[string]func() ([]File, error){
		"csv": func() ([]File, error) { return CSV(set) }, "parquet": func() ([]File, error) { return Parquet(set) }, "tensorboard": func() ([]File, error) { return TensorBoard(set) },
		"mlflow": func() ([]File, error) { return MLflow(set, time.Unix(1e9, 0)) }, "every-eval-ever": func() ([]File, error) { return EvalEver(set, Made{"0.0", time.Unix(1e9, 0)}) },
	} {
		files, err := make()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			path := filepath.Join(dir, name, filepath.FromSlash(f.Path))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	command := exec.Command(interpreter, "testdata/readers.py", dir)
	command.Env = append(os.Environ(), "MLFLOW_ALLOW_FILE_STORE=true")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	var found struct {
		Evaluation  int
		Wins        map[string]float64
		TensorBoard map[string][][2]float64
		MLflow      map[string][][2]float64
		EvalEver    string `json:"every-eval-ever"`
		Files       int
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	if found.EvalEver != "" || found.Files != 2*len(set.Study.Arms) {
		t.Errorf("%d files of Every Eval Ever: %s", found.Files, found.EvalEver)
	}
	wins, n, steps := map[string]float64{}, map[string]float64{}, map[string][]float64{}
	for _, e := range set.Evaluations {
		wins[e.Arm] += e.Win
		n[e.Arm]++
	}
	for _, s := range set.Steps {
		k := fmt.Sprintf("%s/seed-%d", s.Arm, s.Seed)
		steps[k] = append(steps[k], s.Loss)
	}
	if found.Evaluation != len(set.Evaluations) || len(found.TensorBoard) != len(steps) || len(found.MLflow) != len(steps) {
		t.Errorf("%d evaluations, %d and %d trained models", found.Evaluation, len(found.TensorBoard), len(found.MLflow))
	}
	for arm := range wins {
		if got, want := found.Wins[arm], wins[arm]/n[arm]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s wins %g, want %g", arm, got, want)
		}
	}
	for model, want := range steps {
		for tool, history := range map[string][][2]float64{"TensorBoard": found.TensorBoard[model], "MLflow": found.MLflow[model]} {
			if len(history) != len(want) {
				t.Errorf("%s has %d steps of %s, want %d", tool, len(history), model, len(want))
				continue
			}
			for i, h := range history {
				if h[0] != float64(i+1) || math.Abs(h[1]-want[i]) > 1e-6*math.Abs(want[i]) {
					t.Errorf("%s, %s: step %g has the loss %g, want %g", tool, model, h[0], h[1], want[i])
				}
			}
		}
	}
}
