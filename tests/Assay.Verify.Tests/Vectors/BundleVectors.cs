using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Tests.Verification;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Vectors;

/// <summary>Bundles that can be read: those of the tests of every row, and what only several rows together show.</summary>
internal static class BundleVectors
{
    private static readonly TestIssuer Honest = new();
    private static readonly TestIssuer Indexed = new() { EpochSize = 25 };
    private static readonly (string Name, SigningKey Key)[] Witnesses = [("w1", TestIssuer.Key("w1")), ("w2", TestIssuer.Key("w2")), ("w3", TestIssuer.Key("w3"))];

    private static Hash Serving => TestIssuer.ServingKey.PublicKey.Id;

    public static IEnumerable<BundleVector> All => Rows.Concat(Policies).Concat(Findings).Concat(Proofs).Concat(Leaning).Concat(Beside).Concat(Keys);

    private static IEnumerable<BundleVector> Rows =>
    [
        .. FindingTests.Cases.Select(c => c.Value.Make() is var (bundle, policy)
            ? BundleVector.Of($"{c.Value.Axis.Token()}-{c.Value.Reason}", c.Key, bundle, policy) : throw new InvalidOperationException()),
        .. TamperTests.Cases.Select(c => BundleVector.Of($"{c.Value.Axis.Token()}-{c.Value.Reason}", c.Key, c.Value.Make(), TestIssuer.Policy)),
        .. CompletenessTests.Cases.Select(c => BundleVector.Of($"completeness-{c.Value.Reason}", c.Key, c.Value.Make(), Indexed.IndexedPolicy)),
        BundleVector.Of("completeness-no-indexers", "the policy names no indexers: only the log says that nothing is left out", Indexed.Issue(), Indexed.OwnPolicy),
    ];

    private static IEnumerable<BundleVector> Policies
    {
        get
        {
            var bare = Honest.Issue() with { Disclosures = Disclosures.Nothing };
            yield return BundleVector.Of("no-policy", "there is no policy", Honest.Issue(), null);
            yield return BundleVector.Of("no-policy", "there is no policy, and the bundle has everything", Full.Issue(), null);
            yield return BundleVector.Of("no-policy", "there is no policy, and the bundle contradicts itself", (Honest with { PromiseSigner = TestIssuer.OtherKey }).Issue(), null);
            yield return BundleVector.Of("no-policy", "there is no policy, and genesis does not sign what its own threshold asks for", (Honest with { Threshold = 2, Roots = [TestIssuer.RootKey, TestIssuer.OtherKey], EventSigners = [TestIssuer.RootKey] }).Issue(), null);
            yield return BundleVector.Of("policy-require", "input and output are withheld, and the policy requires them", bare, TestIssuer.Policy);
            yield return BundleVector.Of("policy-require", "input and output are withheld, and the policy does not require them", bare, TestIssuer.Policy with { Require = Policy.Essential });
            yield return BundleVector.Of("policy-require", "the policy requires witnesses and asks for none", Honest.Issue(), TestIssuer.Policy with { Require = [.. Policy.Essential, Axis.Witnesses] });
            yield return BundleVector.Of("policy-require", "the policy requires a venue, which is never verified", Honest.Issue(), TestIssuer.Policy with { Require = [.. Policy.Essential, Axis.Venue] });
            yield return BundleVector.Of("policy-require", "the policy requires an index, and the bundle has none", Honest.Issue(), Indexed.IndexedPolicy);
            yield return BundleVector.Of("policy-require", "everything that can be required is there", Full.Issue(), FullPolicy);
        }
    }

    private static IEnumerable<BundleVector> Findings
    {
        get
        {
            var bundle = Honest.Issue();
            var pae = Sha256.Of(bundle.Envelope.Pae());
            foreach (var demand in Enum.GetValues<ExecutionDemand>())
            {
                var policy = TestIssuer.Policy with { Execution = demand };
                var asks = $"the policy asks for {demand.ToString().ToLowerInvariant()}";
                foreach (var outcome in Enum.GetValues<ExecutionOutcome>())
                    yield return BundleVector.Of("execution", $"the run was found {outcome.ToString().ToLowerInvariant()}, {asks}", bundle, policy, new ExecutionFinding(pae, outcome, ""));
                yield return BundleVector.Of("execution", $"nobody looked at the run, {asks}", bundle, policy);
            }
            yield return BundleVector.Of("execution", "the policy requires the axis execution, and the run was proved", bundle, TestIssuer.Policy with { Require = [.. Policy.Essential, Axis.Execution] }, new ExecutionFinding(pae, ExecutionOutcome.Proved, ""));
            yield return BundleVector.Of("execution", "the policy requires the axis execution, and nobody looked", bundle, TestIssuer.Policy with { Require = [.. Policy.Essential, Axis.Execution] });
            yield return BundleVector.Of("execution-other-statement", "the finding is about another statement", bundle, TestIssuer.Policy, new ExecutionFinding(Sha256.Of([1]), ExecutionOutcome.Reproduced, ""));
            foreach (var outcome in (ExecutionOutcome[])[ExecutionOutcome.Reproduced, ExecutionOutcome.Diverged])
            {
                yield return BundleVector.Of("execution-depends-on-input", $"found {outcome}, and the input is withheld", bundle with { Disclosures = bundle.Disclosures with { Input = null } }, TestIssuer.Policy, new ExecutionFinding(pae, outcome, ""));
                yield return BundleVector.Of("execution-depends-on-output", $"found {outcome}, and the output is withheld", bundle with { Disclosures = bundle.Disclosures with { Output = null } }, TestIssuer.Policy, new ExecutionFinding(pae, outcome, ""));
                yield return BundleVector.Of("execution-depends-on-model", $"found {outcome}, and the model event is of another path", bundle with { ModelEntry = bundle.ModelEntry with { Path = [] } }, TestIssuer.Policy, new ExecutionFinding(pae, outcome, ""));
            }
            var relayed = new TestIssuer { IsRelayed = true }.Issue();
            var found = new ExecutionFinding(Sha256.Of(relayed.Envelope.Pae()), ExecutionOutcome.Reproduced, "");
            yield return BundleVector.Of("execution-relayed", "the answer came from an upstream", relayed, TestIssuer.Policy);
            yield return BundleVector.Of("execution-relayed", "the answer came from an upstream, and someone says that the run was found reproduced", relayed, TestIssuer.Policy, found);
            yield return BundleVector.Of("execution-relayed", "the answer came from an upstream, and the policy asks for reproduced", relayed, TestIssuer.Policy with { Execution = ExecutionDemand.Reproduced }, found);
            yield return BundleVector.Of("execution-relayed", "the answer came from an upstream, and there is no policy", relayed, null);
            yield return BundleVector.Of("execution", "found reproduced, and there is no policy", bundle, null, new ExecutionFinding(pae, ExecutionOutcome.Reproduced, ""));
            yield return BundleVector.Of("execution", "found diverged, and there is no policy", bundle, null, new ExecutionFinding(pae, ExecutionOutcome.Diverged, ""));
        }
    }

    private static IEnumerable<BundleVector> Proofs
    {
        get
        {
            foreach (var (what, (_, reason, holds, make)) in ProofEvidenceTests.Cases)
                yield return BundleVector.Of($"execution-{reason}", what, make(), TestIssuer.Policy, null, holds);
            var bundle = ProofEvidenceTests.Cases["a proof that holds"].Make();
            var pae = Sha256.Of(bundle.Envelope.Pae());
            foreach (var demand in (ExecutionDemand[])[ExecutionDemand.Proved, ExecutionDemand.Reproduced])
            {
                var policy = TestIssuer.Policy with { Execution = demand };
                yield return BundleVector.Of("execution-proved", $"a proof that holds, and the policy asks for {demand.ToString().ToLowerInvariant()}", bundle, policy, null, true);
                yield return BundleVector.Of("execution-proof-not-checked", $"a proof that is not checked, and the policy asks for {demand.ToString().ToLowerInvariant()}", bundle, policy);
            }
            foreach (var outcome in (ExecutionOutcome[])[ExecutionOutcome.Reproduced, ExecutionOutcome.Diverged])
                foreach (var holds in (bool[])[true, false])
                    yield return BundleVector.Of("execution-proof-and-finding", $"a proof that {(holds ? "holds" : "does not hold")}, and the run was found {outcome.ToString().ToLowerInvariant()}", bundle, TestIssuer.Policy, new ExecutionFinding(pae, outcome, ""), holds);
            yield return BundleVector.Of("execution-no-policy", "a proof that holds, and there is no policy", bundle, null, null, true);
            yield return BundleVector.Of("execution-no-policy", "a proof that does not hold, and there is no policy", bundle, null, null, false);
        }
    }

    private static IEnumerable<BundleVector> Leaning
    {
        get
        {
            var unsigned = new TestIssuer
            {
                EpochSize = 25, ReceiptSigner = TestIssuer.OtherKey, EditReceipt = r => r with { Issuer = r.Issuer with { KeyId = Serving } },
            };
            yield return BundleVector.Of("depends-on-log", "witnesses cosigned a checkpoint of which the promise is another's", (Full with { PromiseSigner = TestIssuer.OtherKey }).Issue(), FullPolicy);
            yield return BundleVector.Of("depends-on-log", "the checkpoint is forged", (Full with { CheckpointSigner = TestIssuer.OtherKey }).Issue(), FullPolicy);
            yield return BundleVector.Of("depends-on-signature", "a receipt with another key's signature is in the log", unsigned.Issue(), Indexed.IndexedPolicy);
            yield return BundleVector.Of("depends-on-key", "the serving key was retired before", (Indexed with { KeyEvents = Indexed.KeyEvents.Add(5, KeyEvent.Retire(TestIssuer.Origin, Serving)) }).Issue(), Indexed.IndexedPolicy);
        }
    }

    private static IEnumerable<BundleVector> Beside
    {
        get
        {
            var later = Honest with { KeyEvents = Honest.KeyEvents.Add(20, KeyEvent.Retire(TestIssuer.Origin, Serving)).Add(24, KeyEvent.Compromise(TestIssuer.Origin, Serving, 18)) };
            yield return BundleVector.Of("revocations", "retired and compromised later: shown, and still accepted", later.Issue(), TestIssuer.Policy);
            yield return BundleVector.Of("revocations", "without a policy none is shown", later.Issue(), null);
            yield return BundleVector.Of("revocations", "the events are signed by a stranger: none is shown", (later with { EventSigners = [TestIssuer.OtherKey] }).Issue(), TestIssuer.Policy);
            yield return BundleVector.Of("revocations", "compromised from before the receipt on, without a policy", (Honest with { KeyEvents = Honest.KeyEvents.Add(25, KeyEvent.Compromise(TestIssuer.Origin, Serving, 3)) }).Issue(), null);
            yield return BundleVector.Of("key-leased", "the lease was renewed in time", (Honest with { KeyEvents = Honest.KeyEvents.SetItem(2, KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey, TestIssuer.Segment, 10)).Add(8, KeyEvent.Renew(TestIssuer.Origin, Serving, 40)) }).Issue(), TestIssuer.Policy);
            var two = Full with { Witnesses = [Witnesses[0], Witnesses[1]] };
            foreach (var rule in (string[])["group g any w1 w2 w3\nquorum g", "group g 2 w1 w2 w3\nquorum g", "group g all w1 w2 w3\nquorum g", "quorum w3", "group a all w1 w2\ngroup b any a w3\nquorum b", "group a all w1 w3\ngroup b all a w2\nquorum b"])
                yield return BundleVector.Of("witnesses", $"w1 and w2 cosigned; the policy says {rule.Replace('\n', ',')}", two.Issue(), Asking(Honest.OwnPolicy, rule));
            yield return BundleVector.Of("witnesses", "lines of keys that the policy does not know are ignored", two.Issue(), Honest.OwnPolicy);
            yield return BundleVector.Of("time-claimed", "the receipt came before any checkpoint", (Honest with { EditReceipt = r => r with { NotBefore = Receipt.NoCheckpoint(TestIssuer.Origin) } }).Issue(), TestIssuer.Policy);
            var wireless = (Honest with { EditReceipt = r => r with { WireInput = null } }).Issue();
            yield return BundleVector.Of("input-opened", "no bytes came over a wire", wireless with { Disclosures = wireless.Disclosures with { WireInput = null } }, TestIssuer.Policy);
            var pair = Indexed with { Indexers = [("a.test", TestIssuer.Key("a")), ("b.test", TestIssuer.Key("b"))] };
            yield return BundleVector.Of("completeness-indexed", "two of two indexers signed", pair.Issue(), pair.IndexedPolicy);
            yield return BundleVector.Of("completeness-not-cosigned", "one of two indexers signed, both are asked for", (pair with { Indexers = pair.Indexers[..1] }).Issue(), pair.IndexedPolicy);
            yield return BundleVector.Of("completeness-indexed", "one of two indexers signed, one is asked for", (pair with { Indexers = pair.Indexers[..1] }).Issue(), pair.IndexedPolicy with { IndexerThreshold = 1 });
        }
    }

    private static IEnumerable<BundleVector> Keys
    {
        get
        {
            var second = VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey);
            var policy = WithLog(TestIssuer.Policy, $"log {TestIssuer.LogVerifier}\nlog {second}\nquorum none\n");
            var other = Honest with { CheckpointSigner = TestIssuer.OtherKey, PromiseSigner = TestIssuer.OtherKey };
            yield return BundleVector.Of("key-other-log-key", "the policy knows two keys of the log; checkpoint and promise are by the one that genesis does not name", other.Issue(), policy);
            yield return BundleVector.Of("key-other-log-key", "the same, and the promise is by the one that genesis names", (other with { PromiseSigner = TestIssuer.LogKey }).Issue(), policy);
            yield return BundleVector.Of("log-included", "the policy knows two keys of the log; both notes are by the one that genesis names", Honest.Issue(), policy);
            var roots = Honest with { Roots = [TestIssuer.P256Key], };
            yield return BundleVector.Of("key-leased", "the root key is of P-256", roots.Issue(), roots.OwnPolicy);
            var bundle = Honest.WithP256().Issue();
            var flipped = bundle.Envelope.Signature.ToArray();
            flipped[40] ^= 1;
            yield return BundleVector.Of("signature-bad-signature", "the signature of a key of P-256 is damaged", bundle with { Envelope = bundle.Envelope with { Signature = flipped } }, TestIssuer.Policy);
            yield return BundleVector.Of("signature-bad-signature", "the signature of a key of P-256 has r = s = 0", bundle with { Envelope = bundle.Envelope with { Signature = new byte[64] } }, TestIssuer.Policy);
        }
    }

    // Everything that a bundle can carry.
    private static TestIssuer Full => new()
    {
        EpochSize = 25, Witnesses = [.. Witnesses], Roots = [TestIssuer.RootKey, TestIssuer.Key("root 2"), TestIssuer.P256Key], Threshold = 2,
    };

    private static Policy FullPolicy => Asking(Full.IndexedPolicy, "group g 2 w1 w2 w3\nquorum g") with
    {
        Require = [.. AxisTokens.All.Where(a => a is not (Axis.Execution or Axis.Venue))],
    };

    private static Policy Asking(Policy policy, string rule) => WithLog(policy, TestIssuer.LogPolicy(rule, Witnesses));

    private static Policy WithLog(Policy policy, string text) => policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
}
