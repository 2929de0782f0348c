using Assay.Node.Receipts;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Node.Tests;

/// <summary>Serving keys sign under leases only, whatever happens at once.</summary>
public class LeaseTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Tiny_leases_are_renewed_in_time(ulong maxLease)
    {
        await using var test = TestNode.Open(new NodeOptions { MaxLease = maxLease });
        var model = await test.ImportAdderAsync(1);
        var issued = new List<Issued>();
        for (var i = 0; i < 20; i++)
            issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(i, 0), new CallerTerms())).Receipt);
        await test.Node.BundleAsync(issued[^1]);
        foreach (var one in issued)
            test.AssertAccepted(await test.Node.BundleAsync(one));
        var key = test.Fold().Keys.Values.Single();
        Assert.Equal(20UL, key.Receipts);
        Assert.All(key.Events, e => Assert.InRange(e.Event.Until!.Value - e.Index, 1UL, maxLease));
        Assert.True(key.Events.Length >= 20 / (int)maxLease);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1 << 20)]
    public async Task Fifty_at_once_over_three_models_are_each_acknowledged_once(ulong maxLease)
    {
        await using var test = TestNode.Open(new NodeOptions { MaxLease = maxLease });
        var models = new[] { await test.ImportAdderAsync(0), await test.ImportAdderAsync(1), await test.ImportAdderAsync(2) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            test.Node.InvokeAsync(models[i % 3], Digits.Pair(i, 0), new CallerTerms()))));
        Assert.Equal(50, answers.Select(a => a.Receipt.Index).Distinct().Count());
        foreach (var group in answers.GroupBy(a => a.Receipt.Envelope.KeyId))
        {
            var inOrder = group.OrderBy(a => a.Receipt.Index).Select(a => Receipt.Parse(a.Receipt.Envelope.Payload.Span).Sequence).ToArray();
            Assert.Equal(Enumerable.Range(0, inOrder.Length).Select(i => (ulong)i), inOrder);
        }
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(i + i % 3, answers[i].Run.Outputs[0].Value.Span<float>()[0]);
            test.AssertAccepted(await test.Node.BundleAsync(answers[i].Receipt));
        }
        await test.ReopenAsync();
        Assert.Equal(50UL, test.Fold().Keys.Values.Aggregate(0UL, (sum, k) => sum + k.Receipts));
    }

    [Fact]
    public async Task Lease_that_covers_nothing_is_refused_at_the_start()
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<NodeException>(() => AssayNode.Open(new DataFolder(folder["data"]), new NodeOptions { MaxLease = 1 }));
        Assert.Equal(NodeFault.BadRequest, e.Fault);
        await using var node = AssayNode.Open(new DataFolder(folder["data"]), new NodeOptions());
    }

    [Fact]
    public async Task Introduced_key_signs_from_then_on()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var first = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        var (introduced, _) = await test.Node.IntroduceKeyAsync(model);
        for (var life = 0; life < 2; life++)
        {
            var next = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
            Assert.Equal(introduced, next.Envelope.KeyId);
            Assert.NotEqual(first.Envelope.KeyId, next.Envelope.KeyId);
            Assert.Equal((ulong)life, Receipt.Parse(next.Envelope.Payload.Span).Sequence);
            test.AssertAccepted(await test.Node.BundleAsync(next));
            await test.ReopenAsync();
        }
        test.AssertAccepted(await test.Node.BundleAsync(first));
    }

    [Fact]
    public async Task Retired_key_signs_no_more_and_its_receipts_stay_good()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var issued = new List<Issued>();
        for (var round = 0; round < 3; round++)
        {
            issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt);
            await test.Node.AppendEventAsync(KeyEvent.Retire(test.Node.Origin, issued[^1].Envelope.KeyId));
        }
        Assert.Equal(3, issued.Select(i => i.Envelope.KeyId).Distinct().Count());
        await test.ReopenAsync();
        issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt);
        foreach (var one in issued)
            test.AssertAccepted(await test.Node.BundleAsync(one));
        Assert.Equal(4, test.Fold().Keys.Count);
    }

    [Fact]
    public async Task Compromise_refutes_what_came_after_and_only_that()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var before = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        var after = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        test.AssertAccepted(await test.Node.BundleAsync(after));
        await test.Node.AppendEventAsync(KeyEvent.Compromise(test.Node.Origin, after.Envelope.KeyId, after.Index));
        test.AssertAccepted(await test.Node.BundleAsync(before));
        var report = test.Verify(await test.Node.BundleAsync(after));
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted), (report.Verdict, report[Axis.Key].Status));
        Assert.Equal("compromised", report[Axis.Key].Reason);
        var next = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        Assert.NotEqual(after.Envelope.KeyId, next.Envelope.KeyId);
        test.AssertAccepted(await test.Node.BundleAsync(next));
    }

    [Fact]
    public async Task Event_that_the_log_may_not_hold_is_refused_and_the_node_opens_again()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var issued = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
        await test.Node.BundleAsync(issued);
        var (origin, key, stranger) = (test.Node.Origin, issued.Envelope.KeyId, Sha256.Of([1]));
        var introduced = test.Node.Look(s => s.Keys.Values.Single());
        foreach (var wrong in (LogEvent[])
        [
            KeyEvent.Retire(origin, stranger), KeyEvent.Renew(origin, stranger, 100), KeyEvent.Compromise(origin, stranger, 1), KeyEvent.Renew(origin, key, 1),
            KeyEvent.Renew(origin, key, 1 << 30), KeyEvent.Introduce(origin, introduced.Key, introduced.Segment, 100), test.Node.Genesis,
            KeyEvent.Retire("elsewhere.example/log", key),
        ])
            Assert.Equal(NodeFault.BadRequest, (await Assert.ThrowsAsync<NodeException>(() => test.Node.AppendEventAsync(wrong))).Fault);
        await test.ReopenAsync();
        var size = test.Node.Checkpoint.Checkpoint.Size;
        await test.Node.AppendEventAsync(KeyEvent.Renew(test.Node.Origin, key, size + test.Node.Genesis.MaxLease));
        Assert.Equal(size + 1, test.Fold().Size);
    }
}
