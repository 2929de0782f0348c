using System.Text;
using Assay.Verify.Faults;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Tests.Faults;

namespace Assay.Verify.Tests.Vectors;

/// <summary>One fault file and the policy by which it is judged.</summary>
/// <param name="Policy">Null for none.</param>
public sealed record FaultVector(string Name, string What, byte[] Fault, byte[]? Policy);

internal static class FaultVectors
{
    private const string Quorum = "group g 2 w1 w2 w3\nquorum g";

    public static IEnumerable<FaultVector> All
    {
        get
        {
            foreach (var row in FaultTests.Kinds)
            {
                var kind = row.Data;
                var fault = FaultTests.Of(kind);
                yield return Of(fault, $"{kind}: proved", Policy(Quorum));
                yield return Of(fault, $"{kind}: by the policy of someone who knows another key of the log", StrangersPolicy);
                yield return new FaultVector(fault.Kind, $"{kind}: without a policy", fault.ToBytes(), null);
                yield return Of(fault, $"{kind}: by a policy without witnesses", Policy("quorum none"));
            }
            foreach (var row in FaultTests.Unproved)
                yield return Of(row.Data.Item2, $"not proved: {row.Data.Item1}", Policy(Quorum));
            foreach (var (what, text) in Unreadable)
                yield return new FaultVector("unreadable", what, Encoding.UTF8.GetBytes(text), Policy(Quorum).ToBytes());
        }
    }

    private static IEnumerable<(string What, string Text)> Unreadable
    {
        get
        {
            var good = Encoding.UTF8.GetString(FaultTests.Of("split view").ToBytes());
            yield return ("another media type", good.Replace("fault.v1", "fault.v2"));
            yield return ("another kind", good.Replace("two-roots", "three-roots"));
            yield return ("an unknown member", good[..^1] + ",\"more\":1}");
            yield return ("cut off", good[..(good.Length / 2)]);
            yield return ("no checkpoints", good.Replace("\"checkpoints\"", "\"notes\""));
        }
    }

    private static FaultVector Of(Fault fault, string what, Policy policy) => new(fault.Kind, what, fault.ToBytes(), policy.ToBytes());

    private static Policy Policy(string rule)
    {
        var text = TestIssuer.LogPolicy(rule, FaultTests.Witnesses);
        return TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
    }

    private static Policy StrangersPolicy
    {
        get
        {
            var text = $"log {VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey)}\nquorum none\n";
            return TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        }
    }
}
