// Package stats says how sure a number of an evaluation is: means with intervals, shares, rank measures, corrections for
// many comparisons. It is pure float64 arithmetic; no result holds NaN or infinity.
//
// # Which interval
//
// A study has few seeds (three, say), many prompts, and every seed's model answers the same prompts. So seeds and
// prompts are crossed, and prompts that ask for one fact in several languages form a cluster. A difference between two
// arms should hold for other prompts and for other training runs. [Mean] gives the interval used throughout; its
// formula is in its comment. [Bootstrap] resamples seeds and clusters and serves as a check.
//
// How often 95 % intervals held the true mean (Mean: 10,000 simulated studies per row; Bootstrap: 1,000 with 500
// replicates). Values are wins, ties and losses; "seed" is the standard deviation that seeds add to the win rate, where
// the prompts alone give it a standard error of 0.017 (ten languages) or 0.027 (one):
//
//	3 seeds x 200 clusters x 10 languages     3 seeds x 200 clusters x 1 language
//	seed     Mean    Bootstrap                seed     Mean    Bootstrap
//	0        0.983   0.982                    0        0.986   0.989
//	0.009    0.982   0.974                    0.009    0.983   0.985
//	0.018    0.978   0.959                    0.018    0.981   0.983
//	0.031    0.968   0.918                    0.031    0.973   0.967
//	0.061    0.959   0.843                    0.061    0.958   0.906
//	0.118    0.952   0.783                    0.118    0.946   0.810
//
// Five seeds: Mean 0.966 to 0.953, Bootstrap 0.969 to 0.864. Two seeds: Mean 0.990 to 0.951, Bootstrap 0.986 to 0.649.
//
// The percentile bootstrap sees only (S-1)/S of the variance between seeds and has no t quantile, so it fails where it
// matters. The usual unbiased split into variance components (max(0, Vs - Vsc) + Vc in Mean's notation) is about right
// with no or large seed effects but covers as little as 0.906 in between, where it often estimates the seeds' part as zero.
// Mean's form does not subtract and so stays above 0.94, at the price of being on average 20 % (ten languages) to 30 %
// (one) wider than needed when seeds make no difference. Only when seed effects are so large that win rates saturate
// (standard deviation 0.25) does the coverage sink, to 0.925-0.94. Satterthwaite's degrees of freedom do not mend it: with
// max(Vs + Vc - Vsc, Vc) they cover between 0.918 and 0.983 in the same designs. Two degrees of freedom for the seeds do not
// tell which of the cases is at hand, so an interval that is never narrower than the one that takes the seeds as they are can be right in all of them only by
// being too wide in some. (Half widths that cover 0.95 throughout exist, and are a third narrower than that one where seeds agree by
// chance: experiments/LOG.md, 2026-11-23.)
//
// [Verdicts] answers claims that were made beforehand; docs/reading-results.md has its rule and simulated error rates, and [Components] the parts
// of the variance from which a further study is planned.
//
// With a single seed the interval covers other prompts only: [Estimate].Seeds says so, and nothing can be said about
// other training runs (with a seed effect of 0.031 such an interval holds the true mean in two of three cases).
package stats
