package stats

// Placements are one value per observation whose mean over all of them is the AUROC, and whose variance is that of the
// AUROC by DeLong et al. 1988 (Biometrics 44:837): with m positives, n negatives, N = m + n and A the area,
//
//	of positive i   A + N/m (V_i - A),   V_i the share of negatives below it
//	of negative j   A + N/n (W_j - A),   W_j the share of positives above it
//
// ties counting half. As Samples they take an AUROC through Mean, clusters and seeds included, and those of two scores on
// the same observations can be subtracted. Shares come from ranks (Sun and Xu 2014). It is false where AUROC is.
func Placements(positive, negative []float64) (p, n []float64, ok bool) {
	area, ok := AUROC(positive, negative)
	if !ok {
		return nil, nil, false
	}
	all, _ := ranks(append(append([]float64(nil), positive...), negative...)) // AUROC refused what ranks refuses
	within, _ := ranks(positive)
	below, _ := ranks(negative)
	many, few := float64(len(positive)), float64(len(negative))
	for i := range positive {
		share := (all[i] - within[i]) / few
		p = append(p, area+(many+few)/many*(share-area))
	}
	for j := range negative {
		share := 1 - (all[len(positive)+j]-below[j])/many
		n = append(n, area+(many+few)/few*(share-area))
	}
	return p, n, true
}
