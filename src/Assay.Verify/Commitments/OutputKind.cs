namespace Assay.Verify.Commitments;

/// <summary>What an output is made of, and so how it is cut into the pieces that can be shown alone.</summary>
public enum OutputKind
{
    /// <summary>The canonical encoding of tensors, in pieces of <see cref="OutputCommitment.PieceLength"/> bytes.</summary>
    Tensors,

    /// <summary>Tokens (<see cref="OutputToken"/>), one piece each.</summary>
    Tokens,

    /// <summary>What came from an upstream, byte for byte, in pieces as of tensors.</summary>
    Relayed,
}
