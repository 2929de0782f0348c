using System.Diagnostics;
using System.Globalization;
using Assay.Verify.Statements;

namespace Assay.Node.Tests;

/// <summary>A serving process is killed at random moments: every receipt it acknowledged is there, and nothing is counted twice.</summary>
[Trait("speed", "slow")]
public class CrashTests
{
    private const int Rounds = 20;

    [Theory]
    [InlineData(6)]
    [InlineData(1 << 20)]
    public async Task Every_acknowledged_receipt_yields_an_accepted_bundle_after_kills(int maxLease)
    {
        var random = new Random(20260103 + maxLease);
        await using var test = TestNode.Open(new NodeOptions { MaxLease = (ulong)maxLease });
        await test.CloseAsync();
        string[] models = [test.Write("a.onnx", Digits.Adder(1)), test.Write("b.onnx", Digits.Adder(2))];
        var acknowledged = new Dictionary<string, ulong>();
        var judged = 0;
        for (var round = 0; round < Rounds / 2; round++)
        {
            // Now and then at its start or while it recovers, else under load.
            var lines = await RunVictimAsync(test.Data.Path, maxLease, models, atLeast: round % 4 == 3 ? 0 : random.Next(1, 120));
            foreach (var line in lines)
            {
                var parts = line.Split(' ');
                Assert.True(acknowledged.TryAdd(parts[0], ulong.Parse(parts[1], CultureInfo.InvariantCulture)), "a record id was given twice");
            }
            if (round % 3 != 2)
                continue;
            await test.ReopenAsync();
            judged += Judge(test, acknowledged);
            await test.CloseAsync();
        }
        await test.ReopenAsync();
        judged += Judge(test, acknowledged);
        Assert.True(judged > 50, $"only {judged} receipts were judged");
        Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
        // And it goes on.
        var model = test.Node.Models.Find("a");
        var next = await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new Receipts.CallerTerms());
        test.AssertAccepted(await test.Node.BundleAsync(next.Receipt));
    }

    private static int Judge(TestNode test, Dictionary<string, ulong> acknowledged)
    {
        // Folding refuses any gap or repetition in a key's sequence and any receipt outside a lease.
        var state = test.Fold();
        var receipts = 0UL;
        foreach (var (id, index) in acknowledged)
        {
            var kept = test.Node.Vault.Find(id);
            Assert.True(kept is not null, $"receipt {id} was acknowledged at {index} and is not in the vault");
            Assert.Equal(index, kept.Index);
            var bundle = test.Node.MakeBundle(kept, disclose: true);
            test.AssertAccepted(bundle);
            Assert.Equal(kept.Sequence, Receipt.Parse(bundle.Envelope.Payload.Span).Sequence);
        }
        foreach (var key in state.Keys.Values)
            receipts += key.Receipts;
        // Entries that nobody was told of may be there too, each with its private half.
        Assert.Equal(receipts, (ulong)test.Node.Vault.Count());
        return acknowledged.Count;
    }

    internal static async Task<List<string>> RunVictimAsync(string data, int maxLease, string[] models, int atLeast, string callers = "8")
    {
        using var victim = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Assay.Node.Victim"), [data, maxLease.ToString(CultureInfo.InvariantCulture), callers, .. models])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = victim.StandardError.ReadToEndAsync();
        var lines = new List<string>();
        try
        {
            if (atLeast == 0)
                await Task.Delay(150);
            while (lines.Count < atLeast)
                lines.Add(await victim.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"the victim ended by itself: {await errors}"));
        }
        finally
        {
            victim.Kill();
        }
        await victim.WaitForExitAsync();
        var rest = await victim.StandardOutput.ReadToEndAsync();
        // The last line may be cut: an acknowledgement that nobody got.
        lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return lines;
    }
}
