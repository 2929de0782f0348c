namespace Assay.Proofs.Protocol;

/// <summary>The verifier's checks (docs/spec/proofs.md section 7): a proof is refused by the first that fails, and by its name.</summary>
public enum ProofCheck
{
    /// <summary>C1: magic, version, flags, digests, length of the fixed part.</summary>
    Framing = 1,

    /// <summary>C2: at least 100 bits, and nothing too large, before anything is allocated.</summary>
    Soundness,

    /// <summary>C3: the model's id is that of what was committed.</summary>
    Model,

    /// <summary>C4: every figure of a requantisation is in its range.</summary>
    Requantisation,

    /// <summary>C5: the input opens its commitment.</summary>
    InputBinding,

    /// <summary>C6: the output opens its commitment.</summary>
    OutputBinding,

    /// <summary>C7: every word is less than p.</summary>
    Canonical,

    /// <summary>C8: the tree's sum is zero.</summary>
    RootNumerator,

    /// <summary>C9: no denominator is zero.</summary>
    RootDenominator,

    /// <summary>C10: each layer of the tree is the sum of the one below.</summary>
    TreeLayer,

    /// <summary>C11: the numerators of the leaves.</summary>
    LeafNumerator,

    /// <summary>C12: the denominators of the leaves.</summary>
    LeafDenominator,

    /// <summary>C13: products within a layer.</summary>
    Zerocheck,

    /// <summary>C14: sums and averages.</summary>
    Linear,

    /// <summary>C15: products of matrices.</summary>
    Matmul,

    /// <summary>C16: what a convolution gathers.</summary>
    Gather,

    /// <summary>C17: the input.</summary>
    Input,

    /// <summary>C18: pools.</summary>
    Pool,

    /// <summary>C19: the output.</summary>
    Output,

    /// <summary>C20: the sumcheck over columns.</summary>
    ColumnSumcheck,

    /// <summary>C21: the combined row at that point.</summary>
    InnerProduct,

    /// <summary>C22: the combined row at each queried column.</summary>
    QueriedColumn,

    /// <summary>C23: paths to the model's root.</summary>
    ModelPath,

    /// <summary>C24: paths to the witness's root.</summary>
    WitnessPath,

    /// <summary>C25: the proof ends where it must.</summary>
    End,
}
