namespace Assay.Node.Proofs;

/// <summary>A proof about a model's weights (docs/spec/proofs.md section 10).</summary>
/// <param name="Parts">Each tells as much of the weights as a proof of inference.</param>
/// <param name="Prove">How long it took to make.</param>
/// <param name="Verify">How long to check.</param>
public sealed record WeightProof(byte[] File, int Parts, TimeSpan Prove, TimeSpan Verify);
