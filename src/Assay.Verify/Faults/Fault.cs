using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Verify.Faults;

/// <summary>What shows a stranger that a log broke its word (docs/spec/verification.md, Faults). What it claims, <see cref="FaultJudge"/> checks.</summary>
public abstract record Fault
{
    public const string MediaType = "application/vnd.assay.fault.v1+json";

    /// <summary>Of a file, in bytes: that of a bundle.</summary>
    public const int MaxSize = 64 << 20;

    /// <summary>The name of a file that holds one ends with this.</summary>
    public const string FileExtension = ".fault.json";

    private protected Fault() { }

    /// <summary><c>two-roots</c>, <c>two-leaves</c> or <c>late</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The one file of this fault.</summary>
    public byte[] ToBytes() => FaultFormat.Write(this);

    /// <exception cref="MalformedException">Not a fault file.</exception>
    /// <exception cref="UnsupportedException">A fault file of a kind or version that this version does not know.</exception>
    public static Fault Parse(ReadOnlySpan<byte> bytes) => FaultFormat.Read(bytes);
}

/// <summary>A split view: two checkpoints of the same size with different roots.</summary>
public sealed record TwoRoots(SignedNote First, SignedNote Second) : Fault
{
    public const string KindName = "two-roots";

    public override string Kind => KindName;
}

/// <summary>A broken promise or a rewritten entry: the log's word for two different leaves at one index.</summary>
public sealed record TwoLeaves(ulong Index, LeafClaim First, LeafClaim Second) : Fault
{
    public const string KindName = "two-leaves";

    public override string Kind => KindName;
}

/// <summary>A promise that was not kept in time: after its deadline, a quorum of witnesses saw a checkpoint that does not cover it.</summary>
public sealed record Late(SignedNote Promise, SignedNote Checkpoint) : Fault
{
    public const string KindName = "late";

    public override string Kind => KindName;
}

/// <summary>A log's word that a leaf stands at an index.</summary>
/// <param name="Leaf">A leaf hash.</param>
public abstract record LeafClaim(Hash Leaf)
{
    /// <summary>What the log signed.</summary>
    public abstract SignedNote Note { get; }
}

/// <param name="Path">The leaf's path in the batch that the promise covers.</param>
public sealed record PromisedLeaf(SignedNote Promise, Hash Leaf, ImmutableArray<Hash> Path) : LeafClaim(Leaf)
{
    public override SignedNote Note => Promise;
}

public sealed record LoggedLeaf(TlogProof Proof, Hash Leaf) : LeafClaim(Leaf)
{
    public override SignedNote Note => Proof.Note;
}
