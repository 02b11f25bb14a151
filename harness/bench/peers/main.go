// Command peers does the work that congrad is compared with other libraries on. It prints a line when it is ready, does the task once
// for each line that it reads, and answers with what that took. compare.py talks to it and to a Python program of the same task in turn.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"congrad/harness/device"
	"congrad/harness/model"
	"congrad/harness/nn"

	"golang.org/x/sys/unix"
)

// work is a task's size, the same on both sides.
type work struct {
	Task      string
	Shape     string // tiny, wide or smollm2; embedded has the embedded model's weights
	Rows      int    // sequences of a step, or answers side by side
	Seq       int    // tokens of a row that the model reads
	Answer    int    // of which so many predict the answer
	Lora      int    // rank of adapters; 0 trains all weights
	Half      bool   // bfloat16
	Recompute bool
	Shared    bool   // the two answers of a random pair have one prompt
	Pairs     string // file with real pairs
	Count     int    // of which so many are taken; 0 is all
	Reference bool   // an epoch begins with the reference's log-probs
	Fresh     bool   // nothing is done before the first line
	Texts     string // file of a list of texts
	Tokenizer string // tokenizer.json
}

func main() {
	device.TuneAllocator() // as congrad itself does
	var w work
	flag.StringVar(&w.Task, "task", "", "pairs, memory, growth, roofline, step, epoch, score, greedy, sample, flat or tokenize")
	flag.StringVar(&w.Shape, "shape", "tiny", "tiny, wide (of the vocabulary of smollm2), smollm2 or embedded")
	flag.IntVar(&w.Rows, "rows", 32, "rows")
	flag.IntVar(&w.Seq, "seq", 32, "tokens of a row")
	flag.IntVar(&w.Answer, "answer", 12, "answer tokens of a row")
	flag.IntVar(&w.Lora, "lora", 0, "rank of adapters")
	flag.BoolVar(&w.Half, "half", false, "bfloat16")
	flag.BoolVar(&w.Recompute, "recompute", false, "compute activations again")
	flag.BoolVar(&w.Shared, "shared", false, "the two answers of a random pair have one prompt")
	flag.StringVar(&w.Pairs, "pairs", "", "file of pairs")
	flag.IntVar(&w.Count, "count", 0, "pairs")
	flag.StringVar(&w.Texts, "texts", "", "file of texts")
	flag.BoolVar(&w.Reference, "reference", false, "an epoch begins with the reference's log-probs")
	flag.BoolVar(&w.Fresh, "fresh", false, "do nothing before the first line")
	flag.StringVar(&w.Tokenizer, "tokenizer", "", "tokenizer.json")
	flag.Parse()
	if err := w.do(); err != nil {
		fmt.Fprintf(os.Stderr, "peers -task %s: %v\n", w.Task, err)
		os.Exit(1)
	}
}

// do prepares a task and serves it.
func (w work) do() error {
	prepare, ok := map[string]func(work) (func() error, error){
		"step": step, "epoch": epoch, "score": score, "greedy": greedy, "sample": sample, "flat": flat, "tokenize": tokenize,
	}[w.Task]
	switch {
	case w.Task == "pairs":
		return writePairs(w)
	case w.Task == "memory":
		return memory(w)
	case w.Task == "growth":
		return growth(w)
	case w.Task == "roofline":
		return roofline(w)
	case !ok:
		return fmt.Errorf("no such task")
	}
	once, err := prepare(w)
	if err != nil {
		return err
	}
	return serve(once)
}

// took is what doing a task once took.
type took struct {
	Wall float64 `json:"wall"` // [s]
	CPU  float64 `json:"cpu"`  // [s] of all threads
	Peak float64 `json:"peak"` // [bytes] of the process so far
}

// serve does a task once for each line of the standard input.
func serve(once func() error) error {
	fmt.Println(`{"ready": true}`)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		start, before := time.Now(), usage()
		if err := once(); err != nil {
			return err
		}
		after := usage()
		answer, err := json.Marshal(took{
			Wall: time.Since(start).Seconds(), CPU: seconds(after) - seconds(before), Peak: 1024 * float64(after.Maxrss),
		})
		if err != nil {
			return err
		}
		fmt.Println(string(answer))
	}
	return lines.Err()
}

func usage() (u unix.Rusage) {
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // of a constant argument
	}
	return u
}

func seconds(u unix.Rusage) float64 { return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9 }

// adam is AdamW as all tasks have it.
var adam = nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1}

// config is the model's shape.
func (w work) config() (c model.Config, err error) {
	switch w.Shape {
	case "tiny", "wide", "embedded":
		c = model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}
		if w.Shape == "wide" {
			c.Vocab = 49152
		}
	case "smollm2":
		c = model.Config{Vocab: 49152, Hidden: 576, Layers: 30, Heads: 9, KVHeads: 3, HeadDim: 64, FFN: 1536, RopeBase: 1e5, NormEps: 1e-5, Tied: true}
	default:
		return c, fmt.Errorf("%q: no such shape", w.Shape)
	}
	if w.Lora > 0 {
		c.LoRA = model.LoRA{Rank: w.Lora, Alpha: float64(2 * w.Lora), Layers: model.AllProjections}
	}
	return c, nil
}

// engine starts the device with random weights: those that are trained.
func (w work) engine() (*nn.Engine, *model.Weights, error) {
	c, err := w.config()
	if err != nil {
		return nil, nil, err
	}
	backend, _, err := device.Open("xla")
	if err != nil {
		return nil, nil, err
	}
	e := nn.NewEngine(backend, c)
	e.BFloat16, e.Recompute = w.Half, w.Recompute
	if w.Lora > 0 {
		e.Beneath = model.New(c.Base(), 2).Read
	}
	if w.Shape == "embedded" {
		host, err := embedded()
		return e, host, err
	}
	return e, model.New(c, 1), nil
}
