using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Node.Receipts;
using Assay.Store;
using Assay.Verify.Commitments;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Node.Tests;

/// <summary>The thread from end to end: import, run, receipt, bundle, verification, in one process.</summary>
public class AssayNodeTests
{
    [Fact]
    public async Task Fresh_folder_to_a_receipt_that_its_policy_accepts()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportDigitsAsync();
        Assert.Equal("digits@1", model.Reference);
        var answer = await test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7));
        var scores = answer.Run.Outputs.Single().Value.Span<float>().ToArray();
        Assert.Equal(7, Array.IndexOf(scores, scores.Max()));

        var bundle = await test.Node.BundleAsync(answer.Receipt);
        var report = test.Verify(bundle);
        Assert.True(report.Accepted, report.Headline);
        foreach (var axis in (Axis[])[Axis.Integrity, Axis.Signature, Axis.Log, Axis.Key, Axis.Model, Axis.Input, Axis.Output])
            Assert.Equal(AxisStatus.Verified, report[axis].Status);
        Assert.Equal(AxisStatus.NotChecked, report[Axis.Execution].Status);

        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        Assert.Equal(("a nonce", true, 0UL), (receipt.ClientNonce, receipt.Auditable, receipt.Sequence));
        Assert.Equal(model.Digest, receipt.Model.Manifest);
        Assert.Equal(Digits.Png(7), bundle.Disclosures.WireInput!.Bytes.ToArray());
        Assert.Equal(
            receipt.Output.Commitment, OutputCommitment.Of(answer.Receipt.Opening.Output.Salt, answer.Run.EncodedOutputs));
    }

    [Fact]
    public async Task Run_that_takes_longer_than_the_node_allows_is_refused_and_leaves_no_receipt()
    {
        Assert.Equal(TimeSpan.FromSeconds(60), new NodeOptions().RunTime);
        await using var test = TestNode.Open(new() { RunTime = TimeSpan.FromMilliseconds(1) });
        // 27 thousand million multiplications.
        var product = new OnnxWriter(13).Input("dims", DType.Int64, 2).Output("y", DType.Float32, -1, -1)
            .Node("ConstantOfShape", ["dims"], ["a"]).Node("MatMul", ["a", "a"], ["y"]).ToBytes();
        var model = await test.Node.ImportAsync(test.Write("product.onnx", product));
        Dictionary<string, Tensor> inputs = new() { ["dims"] = Tensor.From<long>(Shape.Of(2), [3000, 3000]) };
        var before = test.Node.Checkpoint.Checkpoint.Size;
        var e = await Assert.ThrowsAsync<ModelException>(() => test.Node.InvokeAsync(model, inputs, new CallerTerms(null, false, null)));
        Assert.Equal("the run takes longer than 0.001 s", e.Message);
        Assert.Equal(before, test.Node.Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task Bundle_without_disclosures_keeps_its_secrets_and_is_judged_without_them()
    {
        await using var test = TestNode.Open();
        var answer = await test.Node.InvokeAsync(await test.ImportDigitsAsync(), Digits.Sample(1), Digits.WithWire(1));
        await test.Node.BundleAsync(answer.Receipt);
        var bundle = test.Node.MakeBundle(test.Node.Vault.Find(answer.Receipt.RecordId)!, disclose: false);
        var report = test.Verify(bundle);
        Assert.Equal(AxisStatus.Verified, report[Axis.Signature].Status);
        Assert.Equal(AxisStatus.NotChecked, report[Axis.Input].Status);
        Assert.Equal(AxisStatus.NotChecked, report[Axis.Output].Status);
        Assert.Null(bundle.Disclosures.Output);
    }

    [Fact]
    public async Task Sequence_goes_on_without_gaps_when_the_node_is_opened_again()
    {
        await using var test = TestNode.Open();
        var issued = new List<Issued>();
        for (var life = 0; life < 3; life++)
        {
            var model = await test.ImportAdderAsync(1);
            for (var i = 0; i < 3; i++)
                issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(i, life), new CallerTerms())).Receipt);
            await test.ReopenAsync();
        }
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (ulong)i), issued.Select(i => Receipt.Parse(i.Envelope.Payload.Span).Sequence));
        foreach (var one in issued)
            test.AssertAccepted(await test.Node.BundleAsync(one));
        var key = Assert.Single(test.Fold().Keys.Values);
        Assert.Equal(9UL, key.Receipts);
    }

    [Fact]
    public async Task Every_model_has_a_serving_key_of_its_own()
    {
        await using var test = TestNode.Open();
        for (var c = 0; c < 3; c++)
        {
            var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(c), Digits.Pair(1, 2), new CallerTerms());
            Assert.Equal([1f + c, 2f + c], answer.Run.Outputs[0].Value.Span<float>().ToArray());
            test.AssertAccepted(await test.Node.BundleAsync(answer.Receipt));
        }
        var state = test.Fold();
        Assert.Equal(3, state.Keys.Count);
        Assert.Equal(3, state.Keys.Values.Select(k => k.Segment.Model).Distinct().Count());
        Assert.All(state.Keys.Values, k => Assert.Equal(1UL, k.Receipts));
    }

    [Fact]
    public async Task Same_files_under_two_names_are_told_apart_in_receipts()
    {
        await using var test = TestNode.Open();
        foreach (var name in (string[])["one", "two"])
        {
            var model = await test.Node.ImportAsync(Digits.ModelFile, name);
            var answer = await test.Node.InvokeAsync(model, Digits.Sample(3), new CallerTerms());
            Assert.Equal(name, Receipt.Parse(answer.Receipt.Envelope.Payload.Span).Model.Name);
            test.AssertAccepted(await test.Node.BundleAsync(answer.Receipt));
        }
    }

    [Fact]
    public async Task Importing_again_publishes_nothing_new()
    {
        await using var test = TestNode.Open();
        await test.ImportDigitsAsync();
        var size = test.Node.Checkpoint.Checkpoint.Size;
        await test.ImportDigitsAsync();
        await test.ReopenAsync();
        await test.ImportDigitsAsync();
        Assert.Equal(size, test.Node.Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task Removed_model_keeps_its_receipts()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var answer = await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms());
        await test.Node.BundleAsync(answer.Receipt);
        test.Node.Remove(model);
        Assert.Empty(test.Node.Models.List());
        test.AssertAccepted(test.Node.MakeBundle(test.Node.Vault.Find(answer.Receipt.RecordId)!, disclose: true));
        await Assert.ThrowsAsync<StoreException>(() => test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms()));
    }

    [Fact]
    public async Task Input_that_does_not_fit_is_refused_and_leaves_no_entry()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms());
        foreach (var wrong in (Dictionary<string, Tensor>[])
        [
            new(),
            new() { ["y"] = Tensor.From<float>(Shape.Of(2), [1, 2]) },
            new() { ["x"] = Tensor.From<float>(Shape.Of(3), [1, 2, 3]) },
            new() { ["x"] = Tensor.From<long>(Shape.Of(2), [1, 2]) },
            new() { ["x"] = Tensor.From<float>(Shape.Of(2), [1, 2]), ["z"] = Tensor.From<float>(Shape.Of(2), [1, 2]) },
        ])
            await Assert.ThrowsAsync<ModelException>(() => test.Node.InvokeAsync(model, wrong, new CallerTerms()));
        var long_ = new CallerTerms(new string('n', CallerTerms.MaxNonce + 1));
        Assert.Equal(NodeFault.BadRequest, (await Assert.ThrowsAsync<NodeException>(() => test.Node.InvokeAsync(model, Digits.Pair(1, 2), long_))).Fault);
        await test.ReopenAsync();
        Assert.Equal(1UL, test.Fold().Keys.Values.Single().Receipts);
    }

    [Fact]
    public async Task Request_that_no_bundle_could_hold_is_refused_before_it_is_signed()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var terms = new CallerTerms(Wire: new WireInput("application/octet-stream", new byte[50 << 20]));
        var e = await Assert.ThrowsAsync<NodeException>(() => test.Node.InvokeAsync(model, Digits.Pair(1, 2), terms));
        Assert.Equal(NodeFault.BadRequest, e.Fault);
        // The node goes on.
        test.AssertAccepted(await test.Node.BundleAsync((await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt));
    }

    [Fact]
    public async Task Salts_are_in_no_entry_and_differ_each_time()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var salts = new List<byte[]>();
        for (var i = 0; i < 3; i++)
        {
            var issued = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms(Wire: new("text/plain", [1])))).Receipt;
            await test.Node.BundleAsync(issued);
            salts.AddRange([issued.Opening.Input.Salt, issued.Opening.Output.Salt, issued.Opening.WireInput!.Salt]);
        }
        Assert.Equal(9, salts.Select(Convert.ToHexString).Distinct().Count());
        await test.CloseAsync();
        var log = Directory.GetFiles(Path.Combine(test.Data.Log, "public"), "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList();
        Assert.True(log.Count > 2);
        foreach (var salt in salts)
            foreach (var file in log)
            {
                Assert.Equal(-1, file.AsSpan().IndexOf(salt));
                Assert.Equal(-1, file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(salt))));
            }
    }
}
