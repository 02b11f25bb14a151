package results

import (
	"fmt"

	"congrad/harness/record"
)

// together says how much memory the sketches of a round's pairs take while they are scored, in the arm's largest round.
func together(k record.Sketch) string {
	if k.Kind == "exact" {
		return "none: exact gradients are computed twice and not stored"
	}
	words := fmt.Sprintf("%.1f MB while scoring (%d pairs in the largest round, %d bytes each)", megabytes(k.Pairs*k.Numbers), k.Pairs, 4*k.Numbers)
	if k.Passes > 1 {
		words += fmt.Sprintf(", in %d passes of at most %d MB", k.Passes, k.MB)
	}
	return words
}

// sketched says how gradients are compressed.
func sketched(k record.Sketch) string {
	matrices := ""
	if k.Projection != "" {
		matrices = ", " + k.Projection
	}
	switch k.Kind {
	case "exact":
		return "not compressed"
	case "logra":
		return fmt.Sprintf("both sides, rank %d%s", k.Rank, matrices)
	}
	return fmt.Sprintf("one side, rank %d%s", k.Rank, matrices)
}

// hashed says how many numbers the hashed sketch is summed from.
func hashed(k record.Sketch) string {
	if k.Numbers == k.Whole {
		return ""
	}
	return fmt.Sprintf(", summed from %d", k.Whole)
}

// compared says which weights' gradients are compared.
func compared(layers string) string {
	switch layers {
	case "attention":
		return "only the attention's matrices are compared"
	case "mlp":
		return "only the MLP's matrices are compared"
	case "last":
		return "only the last block's matrices are compared"
	}
	return "norm gains, embedding and head are left out"
}

// adaptedLayers says which weights have adapters.
func adaptedLayers(layers string) string {
	switch layers {
	case "attention":
		return "in the attention"
	case "mlp":
		return "in the MLP"
	case "last":
		return "in the last block"
	}
	return "in all matrices of the blocks"
}
