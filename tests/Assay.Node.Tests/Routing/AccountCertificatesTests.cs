using Assay.Engine.Tests.Models.Gguf;
using Assay.Node.Accounts;
using Assay.Node.Relays;
using Assay.Node.Routing;
using Assay.Providers.Language;
using Assay.Reliability.Accounts;
using Assay.Reliability.Routing;
using Assay.Reliability.Tests.Accounts;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;

namespace Assay.Node.Tests.Routing;

/// <summary>What accounts that a node keeps prove of its own models and of what its relays forward to.</summary>
public class AccountCertificatesTests
{
    [Fact]
    public async Task Account_of_the_node_is_that_of_its_models_and_of_others_that_of_the_relays_that_name_it()
    {
        var audited = new Audited();
        audited.Run(3, 300_000, _ => 'r');
        _ = audited.Step(3600);
        var state = audited.Fold.State;
        var (id, other) = (Sha256.Of([1]), Sha256.Of([2]));
        await using var test = TestNode.Open(new NodeOptions { Clock = new Clock(DateTimeOffset.FromUnixTimeSeconds((long)state.Time + 10)) });
        var model = await test.Node.ImportAsync(test.Write("tiny.gguf", TinyModels.Write("llama", WeightType.F32)));
        Keep(test, id, test.Node.Origin, "replay", state, new KeptSegment(id, 0, model.Digest, "tiny@1", LanguageEngine.Profile, "local"));
        Keep(test, other, "elsewhere.test/log", "replay", state, new KeptSegment(other, 0, Sha256.Of([9]), "big@7", LanguageEngine.Profile, "there"));

        var certificates = new AccountCertificates(test.Node);
        Assert.Equal(AccountCertificate.Of(state, 0), certificates.Of(model));
        Assert.Null(certificates.Of(model with { Digest = Sha256.Of([3]) }));
        Assert.Equal(AccountCertificate.Of(state, 0), certificates.Of(Relay("a", "big", other)));
        Assert.Null(certificates.Of(Relay("a", "small", other)));
        Assert.Null(certificates.Of(Relay("a", "big", Sha256.Of([4]))));
        // Nothing is guessed: a relay whose operator names no account has none.
        Assert.Null(certificates.Of(Relay("a", "big", null)));

        test.Node.Relays.Store.Add(Relay("far", "big", other), null);
        Assert.Equal(other, test.Node.Relays.Store.Find("far")!.Account);
        var bound = certificates.Of(model)!.Figures.Life.FailureBound!.Value;
        var chosen = new Router(test.Node).Choose($"tiny@proven>={(1_000_000 - bound) / 1e6m}");
        Assert.Equal(["tiny@1", "far"], chosen.Order.Select(t => t.Relay is null ? t.Candidate.Name : t.Relay.Name));
        Assert.Equal(((ulong?)bound, state.Digest(), state.Time), (chosen.ClaimOf(0).Account!.FailureBound, chosen.ClaimOf(0).Account!.State, chosen.ClaimOf(0).Account!.Time));
        Assert.Empty(new Router(test.Node).Choose($"tiny@proven>={(1_000_001 - bound) / 1e6m}").Order);
    }

    [Fact]
    public async Task Account_of_testimony_and_one_of_another_region_or_profile_prove_nothing_of_a_model_here()
    {
        var audited = new Audited();
        audited.Run(3, 300_000, _ => 'r');
        _ = audited.Step(3600);
        var state = audited.Fold.State;
        await using var test = TestNode.Open();
        var model = await test.Node.ImportAsync(test.Write("tiny.gguf", TinyModels.Write("llama", WeightType.F32)));
        var place = (byte)0;
        foreach (var (oracle, profile, region) in ((string, string, string)[])[("drift", LanguageEngine.Profile, "local"), ("replay", "another", "local"), ("replay", LanguageEngine.Profile, "elsewhere")])
        {
            var id = Sha256.Of([++place]);
            Keep(test, id, test.Node.Origin, oracle, state, new KeptSegment(id, 0, model.Digest, "tiny@1", profile, region));
        }
        Assert.Null(new AccountCertificates(test.Node).Of(model));
        Assert.Equal(RouteReasons.InsufficientData, Assert.Single(new Router(test.Node).Choose("tiny@proven>=0").Excluded).Reason);
    }

    private static Relay Relay(string name, string model, Hash? account) => new(name, new RelayDescription("https://api.example.com/v1", model, "tiny"), null, 0, account);

    private static void Keep(TestNode test, Hash id, string origin, string oracle, AccountState state, KeptSegment segment)
    {
        using var vault = AccountsDesk.OpenVault(test.Data);
        vault.Put(new KeptAccount(id, origin, "node", "", default, "assay", oracle, state.Steps, state.Time, state.ToBytes()), [segment], [], new KeptStep(0, state.Time, [], true));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
