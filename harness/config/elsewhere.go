package config

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// foreign are names that other tools have for keys.
var foreign = map[string]string{
	"lr": "train.learning_rate", "num_epochs": "train.epochs", "num_train_epochs": "train.epochs", "batch_size": "train.batch_pairs",
	"per_device_train_batch_size": "train.batch_pairs", "warmup_ratio": "train.warmup", "lr_scheduler": "train.schedule", "lr_scheduler_type": "train.schedule",
	"max_grad_norm": "train.clip", "grad_clip": "train.clip", "adam_beta1": "train.beta1", "adam_beta2": "train.beta2", "adam_epsilon": "train.epsilon",
	"loss_type": "loss.kind", "max_new_tokens": "generate.max_tokens", "num_generations": "generate.samples", "seed": "seeds", "dtype": "precision", "bf16": "precision",
	"model_name": "model", "model_name_or_path": "model", "gradient_checkpointing": "batch.recompute", "lora_r": "lora.rank", "lora_alpha": "lora.alpha",
	"dataset": "prompts.path", "num_iterations": "iterations", "languages": "languages.seen",
}

// Elsewhere lists the keys and tables that are called so, or that other tools call so, under their full names.
func Elsewhere(name string) (keys []string) {
	add := func(key string) {
		if key != name && !slices.Contains(keys, key) && (key == foreign[name] || key[strings.LastIndexByte(key, '.')+1:] == name) {
			keys = append(keys, key)
		}
	}
	for _, f := range Fields {
		switch table, _, _ := strings.Cut(f.Key, "."); table {
		case "arms", "published", "claims", "grid":
			continue
		}
		if strings.HasPrefix(f.Key, "languages.define.") {
			continue
		}
		for at, r := range f.Key {
			if r == '.' {
				add(f.Key[:at])
			}
		}
		add(f.Key)
	}
	return keys
}

// meant is the clause that says what a key that does not exist was meant to be, and that key, if it is a sibling.
func (b *binder) meant(path, key string, siblings []string) (clause, sibling string) {
	near, isNear := suggest.Nearest(key, siblings)
	places := Elsewhere(key)
	if strings.HasPrefix(path, "arms[") {
		arm, _, _ := strings.Cut(path, "]")
		places = slices.DeleteFunc(places, func(p string) bool {
			table, _, _ := strings.Cut(p, ".")
			return !slices.Contains([]string{"loss", "train", "congrad", "keep"}, table)
		})
		for i, p := range places {
			places[i] = b.shown(arm + "]." + p)
		}
	}
	switch {
	case len(places) > 0 && (!isNear || suggest.Distance(key, near) > 1):
		for i, p := range places {
			places[i] = fmt.Sprintf("%q", p)
		}
		return "; did you mean " + strings.Join(places, " or ") + "?", ""
	case isNear:
		return fmt.Sprintf("; did you mean %q?", near), near
	}
	return "", ""
}
