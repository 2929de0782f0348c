namespace Assay.Node.Proofs;

/// <summary>How far a receipt's proof is.</summary>
public enum ProofStage
{
    /// <summary>Nobody asked for one.</summary>
    None,

    /// <summary>It waits for those before it.</summary>
    Waiting,

    /// <summary>It is being made.</summary>
    Proving,

    /// <summary>It comes with the receipt's bundle.</summary>
    Ready,

    /// <summary>It could not be made.</summary>
    Failed,

    /// <summary>The node stopped before it was made: it has to be asked for again.</summary>
    Lost,
}

/// <param name="Ahead">Of one that waits: how many come before it.</param>
/// <param name="Detail">Of one that is made, what is being done; of one that failed, why.</param>
/// <param name="Bytes">Of one that is there.</param>
public sealed record ProofState(ProofStage Stage, int? Ahead = null, string? Detail = null, long? Bytes = null);
