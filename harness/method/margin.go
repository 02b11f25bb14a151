package method

// RewardMargin scores a pair by the gap between the judge's scores of its answers: the external margin of Deng et al.
// (2025), which is hardest for the judge to have got wrong.
func RewardMargin(e Evidence) []float64 { return e.Gap }

// ImplicitMarginHigh scores a pair by how much more likely the policy finds the chosen answer, per token: the reward of
// SimPO (Meng et al. 2024) without its factor.
//
// Deng et al. (2025), who keep the largest margins, and Qi et al. (2025), who keep the smallest, take DPO's implicit
// reward β·log(π/π_ref) of a model that was trained with DPO before. Here there is no such model when pairs are picked:
// the policy at the start of an iteration is its own reference, and in the first iteration it is the base model too, so
// that every ratio is one and every margin zero. The likelihood itself is there in every iteration and costs nothing more.
// It is taken per token, because otherwise the margin would mostly tell which answer is shorter.
func ImplicitMarginHigh(e Evidence) []float64 { return e.Margin }

// ImplicitMarginLow is ImplicitMarginHigh upside down: the pairs that are hardest for the policy, signs included, rank
// first. Where the judge errs, pairs that point the wrong way are among them.
func ImplicitMarginLow(e Evidence) []float64 { return negated(e.Margin) }
