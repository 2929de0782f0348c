using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol;

/// <summary>The verifier's side of a sumcheck (Lund, Fortnow, Karloff and Nisan 1992): a claim about a sum over 2^n corners becomes one about a point.</summary>
internal static class Sumcheck
{
    /// <summary>Reads the rounds. Nothing is checked in one, as g(1) is what the claim leaves for it: all of it is checked at the end.</summary>
    /// <returns>The point, and what the summed polynomial must be there.</returns>
    public static (Felt4[] Point, Felt4 Final) Read(ProofReader proof, byte tag, Felt4 claim, int rounds, int degree)
    {
        if (tag == Tags.Sumcheck)
            proof.Count(rounds, degree);
        var point = new Felt4[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var message = proof.Take(tag, degree);
            point[i] = proof.Transcript.Challenge(Tags.Challenge);
            claim = RoundPolynomial.Evaluate(message, claim, point[i]);
        }
        return (point, claim);
    }
}
