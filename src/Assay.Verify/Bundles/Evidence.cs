using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Bundles;

/// <summary>A proof of the run, beside the receipt (docs/spec/receipt.md, Evidence). It needs no signature: what it says is bound to the statement's commitments.</summary>
/// <param name="Proof">The proof file.</param>
/// <param name="Commitment">The commitment file of the model that it is about.</param>
public sealed record ProofEvidence(ReadOnlyMemory<byte> Proof, ReadOnlyMemory<byte> Commitment)
{
    public const string Tier = "proof";
    public const string Type = "assay.proofs/1";

    /// <summary>The most bytes of a proof file, of a commitment file, and of a proof about the model's weights.</summary>
    public const int MaxProof = 16 << 20, MaxCommitment = 4 << 20, MaxWeights = 16 << 20;

    /// <summary>The proof, made once for a model, that what its commitment commits to are weights as proofs of inference take them for granted; empty where the bundle has none.</summary>
    public ReadOnlyMemory<byte> Weights { get; init; }
}

/// <summary>What a proof would have to be about: all of it opened, published and verified before anyone looks at the proof.</summary>
/// <param name="ProofModel">Id of the committed model, as the log says it: never as the evidence does.</param>
/// <param name="Receipt">The statement: model, nonce, commitments.</param>
/// <param name="Input">What opens the statement's input: an encoding of tensors.</param>
/// <param name="Output">What opens its output.</param>
public sealed record ProvedRun(Hash ProofModel, Receipt Receipt, ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Output);

/// <summary>Whether a proof holds.</summary>
/// <param name="Detail">For people: what was proved, or which check refused it.</param>
/// <param name="Weights">Of one that holds.</param>
public sealed record ProofVerdict(bool Holds, string Detail, WeightsFooting? Weights = null);

/// <summary>Checks proofs of the type <see cref="ProofEvidence.Type"/>. Handed to the verifier by whoever has one: this room has none.</summary>
public interface IProofVerifier
{
    /// <summary>Pure, bounded in time and memory, and never throws for what is in the evidence or the run.</summary>
    ProofVerdict Verify(ProofEvidence evidence, ProvedRun run);
}
