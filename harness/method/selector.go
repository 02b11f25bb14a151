package method

// Selectors lists the ways of picking pairs, in display order. What an arm's select names is carried out by package run.
var Selectors = []struct{ Name, Doc string }{
	{"all", "every pair: joint training"},
	{"congrad", "the pairs whose gradient agrees most with the consensus of the languages"},
	{"random", "as many pairs of each language as another arm kept, at random"},
	{"none", "no training: the model as it is"},
}
