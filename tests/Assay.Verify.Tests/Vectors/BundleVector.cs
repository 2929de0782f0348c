using Assay.Verify.Bundles;
using Assay.Verify.Policies;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Vectors;

/// <summary>One case of the conformance kit: what goes into a verifier. What must come out is written beside it.</summary>
/// <param name="Name">Of its folder, without the number: what it is about.</param>
/// <param name="What">A sentence for people.</param>
/// <param name="Policy">Null for none.</param>
/// <param name="ProofHolds">What the proofs' verifier says of the bundle's proof; null where the verifier has none.</param>
public sealed record BundleVector(string Name, string What, byte[] Bundle, byte[]? Policy, ExecutionFinding? Finding = null, bool? ProofHolds = null)
{
    public static BundleVector Of(string name, string what, Bundle bundle, Policy? policy, ExecutionFinding? finding = null, bool? proofHolds = null) =>
        new(name, what, bundle.ToBytes(), policy?.ToBytes(), finding, proofHolds);
}
