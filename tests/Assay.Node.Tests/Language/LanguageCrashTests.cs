using System.Globalization;

namespace Assay.Node.Tests.Language;

/// <summary>A process that makes several answers at once is killed at random moments.</summary>
[Trait("speed", "slow")]
public class LanguageCrashTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(1 << 20)]
    public async Task Every_answer_that_was_under_way_when_the_node_was_killed_is_void_and_none_is_missing(int maxLease)
    {
        var random = new Random(20261121 + maxLease);
        await using var tiny = await TinyNode.OpenAsync(options: o => o with { MaxLease = (ulong)maxLease });
        var acknowledged = new Dictionary<string, ulong>();
        for (var round = 0; round < 4; round++)
        {
            await tiny.Test.CloseAsync();
            foreach (var line in await CrashTests.RunVictimAsync(tiny.Test.Data.Path, maxLease, [tiny.File], atLeast: random.Next(1, 60)))
                Assert.True(acknowledged.TryAdd(line.Split(' ')[0], ulong.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)), "a record id was given twice");
            tiny.Test.Resume();
            if (round % 2 == 0)
                await tiny.Node.VoidLostAsync();
            await tiny.AnswerAsync("""{"prompt":[3,4],"max_tokens":5}""");
        }
        var bundles = await tiny.AllAsync();
        // No gap in the key's sequence, no record outside a lease: folding refuses them.
        var key = Assert.Single(tiny.Test.Fold().Keys.Values);
        Assert.Equal(key.Receipts, (ulong)bundles.Count);
        foreach (var (id, index) in acknowledged)
            Assert.Equal(index, tiny.Node.Vault.Find(id)?.Index);
        var all = bundles.Select(TinyNode.ParametersOf).ToList();
        Assert.Equal(Enumerable.Range(0, all.Count).Select(i => (ulong)i), all.Select(p => p.Ticket).Order());
        // Answers may be in the log that their callers were not told of any more: no more than were under way at the four kills.
        Assert.InRange(all.Count(p => p.Void is null) - acknowledged.Count - 4, 0, 4 * 8);
        Assert.Contains(all, p => p.Void is not null);
        foreach (var bundle in bundles.Where((_, i) => i % 7 == 0))
            tiny.Test.AssertAccepted(bundle);
    }
}
