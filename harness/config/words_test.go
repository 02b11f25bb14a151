package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"congrad/harness/loss"
	"congrad/harness/method"
)

// A file may name every loss of the table and give it the parameters that it takes, and no others.
func TestEveryLossIsAccepted(t *testing.T) {
	fields := reflect.TypeFor[loss.Loss]()
	for _, k := range loss.Kinds() {
		kind := []string{"loss.kind=" + k.Name, "loss.beta=2"}
		e, err := load(good, kind...)
		if err != nil || e.Loss.Kind != k.Name {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		for i := range fields.NumField() {
			key := fields.Field(i).Tag.Get("toml")
			if key == "kind" || key == "beta" {
				continue
			}
			e, err := load(good, append(kind, "loss."+key+"=0.25")...)
			if slices.Contains(k.Takes, key) {
				if err != nil || reflect.ValueOf(e.Loss).Field(i).Float() != 0.25 {
					t.Errorf("%s with %s: %v", k.Name, key, err)
				}
				continue
			}
			want := fmt.Sprintf("--set: loss.%s: the loss %q has no such parameter; it has %s (docs/losses.md)", key, k.Name, strings.Join(append([]string{"beta"}, k.Takes...), ", "))
			if err == nil || err.Error() != want {
				t.Errorf("%s with %s: %v, want %s", k.Name, key, err, want)
			}
		}
	}
}

// An arm may select by every selector of the table, and pick pairs while it trains by those that can.
func TestEverySelectorIsAccepted(t *testing.T) {
	for _, s := range method.Selectors {
		match := ""
		if s.Picks == method.PicksMatching {
			match = "match = \"congrad\"\n"
		}
		arm := fmt.Sprintf("\n[[arms]]\nname = \"x\"\nselect = %q\n%s", s.Name, match)
		e, err := load(good + arm)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		a := e.Arms[3]
		if a.Ranks() != (s.Scores != nil) || a.MeetsPairs() == (s.Name == "none") || a.Online() {
			t.Errorf("%s: ranks %v, meets pairs %v, online %v", s.Name, a.Ranks(), a.MeetsPairs(), a.Online())
		}
		_, err = load(good + arm + "[arms.congrad]\nmode = \"online\"\n")
		if (err == nil) != (s.Picks == method.PicksBestOnline) {
			t.Errorf("%s while it trains: %v", s.Name, err)
		}
		_, err = load(good + arm + "policy = \"mono\"\n")
		if (err == nil) != s.OwnLanguage() {
			t.Errorf("%s with a model for each language: %v", s.Name, err)
		}
	}
}

// Every aggregator of the table combines gradients in the filter and in steps, and the defaults are among them.
func TestEveryAggregatorIsAccepted(t *testing.T) {
	for _, a := range method.Aggregators {
		e, err := load(good, "congrad.aggregator="+a.Name, "train.aggregator="+a.Name)
		if err != nil || e.ConGrad.Aggregator != a.Name || !e.Train.Surgery() {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
	e, err := load(good)
	if err != nil || e.Train.Surgery() || !slices.Contains(aggregators(), e.ConGrad.Aggregator) {
		t.Errorf("the defaults are %q and %q, %v", e.ConGrad.Aggregator, e.Train.Aggregator, err)
	}
}
