using System.Globalization;
using Assay.Node.Audits;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Audits;

/// <summary>A serving process is killed while auditors commit: what it acknowledged is in its log, and all its records can be opened.</summary>
[Trait("speed", "slow")]
public class AuditCrashTests
{
    [Fact]
    public async Task Commitments_and_records_of_before_a_kill_are_there_after_it()
    {
        var auditor = new ScriptedAuditor("auditor.test/log");
        await using var test = TestNode.Open(new NodeOptions { Auditors = new AuditorList(true, []) });
        await test.CloseAsync();
        var file = test.Write("a.onnx", Digits.Adder(1));
        var commitments = new List<(Hash Key, int Number, ulong Index)>();
        for (var round = 0; round < 4; round++)
        {
            var lines = await CrashTests.RunVictimAsync(test.Data.Path, 1 << 20, [file], atLeast: 80 + 60 * round, callers: "2+audits");
            foreach (var parts in lines.Select(l => l.Split(' ')).Where(p => p[0] == "commitment"))
                commitments.Add((Hash.FromHex(parts[1]), int.Parse(parts[2], CultureInfo.InvariantCulture), ulong.Parse(parts[3], CultureInfo.InvariantCulture)));
        }
        test.Resume();
        Assert.NotEmpty(commitments);
        Assert.Equal(commitments.Count, commitments.Select(c => c.Number).Distinct().Count());
        var (key, state) = (commitments[0].Key, test.Fold());
        foreach (var (_, number, index) in commitments)
        {
            using var signer = SigningKey.FromSeed(Sha256.Of(BitConverter.GetBytes(number)).Bytes);
            Assert.Contains(state.SeedsOf(key, 10), s => s.Index == index && s.Event.Auditor.LogKey.Equals(signer.PublicKey));
            // And it is known again.
            var seed = AuditSeedEvent.Sign(test.Node.Origin, key, 10, $"auditor-{number}.test/log", signer, 1000, Sha256.Of(BitConverter.GetBytes(~number)));
            Assert.Equal(index, await test.Node.Audits.CommitAsync(seed));
        }

        var current = test.Node.Look(s => s.EndedEpochs(key));
        var own = await test.Node.Audits.CommitAsync(auditor.Commitment(test.Node, key, current));
        await test.Node.IntroduceKeyAsync(test.Node.Models.Find("a"));
        while (test.Node.Look(s => s.EndedEpochs(key)) == current)
            await Task.Delay(5);
        var draw = auditor.Draw(test.Node, key, current, [new RevealedSeed(own, auditor.SecretOf(current))]);
        for (var from = 0UL; from < draw.Drawn; from += OpeningRequest.MaxCount)
            Assert.All(test.Node.Audits.Open(auditor.Ask(test.Node, draw, from)), r => Assert.Equal(OpenedAs.Envelope, r.As));
    }
}
