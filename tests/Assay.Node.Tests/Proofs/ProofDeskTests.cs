using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Tests.Models.Int8;
using Assay.Node.Proofs;
using Assay.Node.Receipts;
using Assay.Node.Web.Pages.Views;
using Assay.Proofs.Files;
using Assay.Store;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Node.Tests.Proofs;

/// <summary>Proofs of a node's receipts: committed, asked for, waited for, given up, lost, and at the end in the bundle.</summary>
public class ProofDeskTests
{
    private readonly HeldProver prover = new();

    [Fact]
    public async Task A_receipt_is_proved_in_the_background_and_its_bundle_is_accepted_as_proved()
    {
        await using var test = TestNode.Open();
        var model = await CommittedAsync(test);
        var id = await RunAsync(test, model, 1);
        Assert.Equal(ProofStage.None, test.Node.ProofOf(id).Stage);
        test.Node.AskForProof(id);
        var state = await WaitAsync(test.Node, id);
        Assert.Equal((ProofStage.Ready, null), (state.Stage, state.Detail));
        var bundle = test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: true);
        Assert.Equal(state.Bytes, bundle.Evidence!.Proof.Length);
        var asking = test.Policy with { Execution = ExecutionDemand.Proved };
        var report = Verifier.Verify(bundle.ToBytes(), asking, proofs: new EvidenceVerifier());
        Assert.Equal((true, "AUTHENTIC · PROVED"), (report.Accepted, report.Headline));
        Assert.Null(test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: false).Evidence);
        // Another's proof is refused, and the receipt with it.
        var other = await RunAsync(test, model, 2);
        var swapped = test.Node.MakeBundle(test.Node.Vault.Find(other)!, disclose: true) with { Evidence = bundle.Evidence };
        report = Verifier.Verify(swapped.ToBytes(), test.Policy, proofs: new EvidenceVerifier());
        Assert.Equal((Verdict.Rejected, Reasons.BadProof), (report.Verdict, report[Axis.Execution].Reason));
    }

    [Fact]
    public async Task One_is_made_at_a_time_and_others_wait_or_are_given_up()
    {
        await using var test = TestNode.Open(new NodeOptions { Prover = prover });
        var model = await CommittedAsync(test);
        string[] ids = [await RunAsync(test, model, 1), await RunAsync(test, model, 2), await RunAsync(test, model, 3)];
        Assert.Equal([ProofStage.Proving, ProofStage.Waiting, ProofStage.Waiting], ids.Select(id => test.Node.AskForProof(id).Stage));
        Assert.Equal(2, test.Node.AskForProof(ids[2]).Ahead);
        Assert.Equal(ProofStage.None, test.Node.Proofs.Cancel(ids[1]).Stage);
        Assert.Equal(1, test.Node.ProofOf(ids[2]).Ahead);
        test.Node.Proofs.Cancel(ids[0]);
        Assert.Equal(ProofStage.None, test.Node.ProofOf(ids[0]).Stage);
        // The one that was given up leaves in its own time.
        while (test.Node.ProofOf(ids[2]).Stage == ProofStage.Waiting)
            await Task.Delay(10);
        prover.Release();
        Assert.Equal(ProofStage.Ready, (await WaitAsync(test.Node, ids[2])).Stage);
        Assert.Equal([ProofStage.None, ProofStage.None, ProofStage.Ready], ids.Select(id => test.Node.ProofOf(id).Stage));
    }

    [Fact]
    public async Task What_was_given_up_while_it_was_made_can_be_asked_for_again_at_once()
    {
        await using var test = TestNode.Open(new NodeOptions { Prover = prover });
        var model = await CommittedAsync(test);
        var (id, next) = (await RunAsync(test, model, 1), await RunAsync(test, model, 2));
        prover.Obeys = false;
        test.Node.AskForProof(id);
        while (test.Node.ProofOf(id).Detail != HeldProver.Doing)
            await Task.Delay(10);
        Assert.Equal(ProofStage.None, test.Node.Proofs.Cancel(id).Stage);
        Assert.Equal((ProofStage.Waiting, 1), (test.Node.AskForProof(id).Stage, test.Node.ProofOf(id).Ahead));
        test.Node.AskForProof(next);
        prover.Release(3);
        Assert.Equal(ProofStage.Ready, (await WaitAsync(test.Node, id)).Stage);
        Assert.Equal(ProofStage.Ready, (await WaitAsync(test.Node, next)).Stage);
        await test.ReopenAsync();
        Assert.Equal(ProofStage.Ready, test.Node.ProofOf(id).Stage);
    }

    [Fact]
    public async Task No_more_wait_than_there_is_room_for()
    {
        await using var test = TestNode.Open(new NodeOptions { Prover = prover });
        var model = await CommittedAsync(test);
        for (var i = 0; i <= test.Node.Options.ProofsWaiting; i++)
            test.Node.AskForProof(await RunAsync(test, model, i));
        var one = await RunAsync(test, model, 99);
        Assert.Equal(NodeFault.Unavailable, Assert.Throws<NodeException>(() => test.Node.AskForProof(one)).Fault);
        Assert.Equal(ProofStage.None, test.Node.ProofOf(one).Stage);
    }

    [Fact]
    public async Task A_node_that_makes_none_for_callers_still_has_those_of_its_operator()
    {
        prover.Release();
        await using var test = TestNode.Open(new NodeOptions { Prover = prover, ProofsWaiting = 0 });
        var model = await CommittedAsync(test);
        var (one, other) = (await RunAsync(test, model, 1), await RunAsync(test, model, 2));
        Assert.Equal(NodeFault.Forbidden, Assert.Throws<NodeException>(() => test.Node.AskForProof(one)).Fault);
        Assert.Equal(ProofStage.None, test.Node.ProofOf(one).Stage);
        Assert.Null(ReceiptView.Of(test.Node, one)!.Proof);
        test.Node.Prove(test.Node.MakeBundle(test.Node.Vault.Find(other)!, disclose: true));
        Assert.Equal(ProofStage.Ready, ReceiptView.Of(test.Node, other)!.Proof!.Stage);
        Assert.Equal(ProofStage.Ready, test.Node.AskForProof(other).Stage);
    }

    [Fact]
    public async Task What_was_asked_for_and_not_made_says_that_it_was_lost()
    {
        await using var test = TestNode.Open(new NodeOptions { Prover = prover });
        var model = await CommittedAsync(test);
        var (made, waiting, given) = (await RunAsync(test, model, 1), await RunAsync(test, model, 2), await RunAsync(test, model, 3));
        test.Node.AskForProof(made);
        prover.Release();
        await WaitAsync(test.Node, made);
        test.Node.AskForProof(waiting);
        test.Node.AskForProof(given);
        test.Node.Proofs.Cancel(given);
        await test.ReopenAsync();
        Assert.Equal([ProofStage.Ready, ProofStage.Lost, ProofStage.None], new[] { made, waiting, given }.Select(id => test.Node.ProofOf(id).Stage));
        prover.Release();
        test.Node.AskForProof(waiting);
        Assert.Equal(ProofStage.Ready, (await WaitAsync(test.Node, waiting)).Stage);
        await test.ReopenAsync();
        Assert.Equal(ProofStage.Ready, test.Node.ProofOf(waiting).Stage);
        // With the receipt its proof is forgotten.
        test.Node.Forget(waiting);
        Assert.DoesNotContain(Directory.GetFiles(test.Data.Proofs), f => Path.GetFileName(f).StartsWith(waiting, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proof_that_cannot_be_made_says_why_and_can_be_asked_for_again()
    {
        await using var test = TestNode.Open(new NodeOptions { Prover = prover });
        var id = await RunAsync(test, await CommittedAsync(test), 1);
        prover.Fails = new ModelException("the model is not what was committed to");
        prover.Release();
        test.Node.AskForProof(id);
        var state = await WaitAsync(test.Node, id);
        Assert.Equal((ProofStage.Failed, prover.Fails.Message), (state.Stage, state.Detail));
        // Of this machine's paths nobody is told.
        prover.Fails = new UnauthorizedAccessException("Access to the path 'models/x' is denied.");
        prover.Release();
        test.Node.AskForProof(id);
        Assert.Equal("the node could not read the model or keep the proof", (await WaitAsync(test.Node, id)).Detail);
        prover.Fails = null;
        prover.Release();
        test.Node.AskForProof(id);
        Assert.Equal(ProofStage.Ready, (await WaitAsync(test.Node, id)).Stage);
    }

    [Fact]
    public async Task Only_receipts_of_committed_models_can_be_proved()
    {
        await using var test = TestNode.Open();
        var model = await test.Node.ImportAsync(test.Write("tiny.onnx", TinyInt8.Classifier()));
        var before = await RunAsync(test, model, 1);
        Assert.Equal(NodeFault.Conflict, Assert.Throws<NodeException>(() => test.Node.AskForProof(before)).Fault);
        await test.Node.CommitAsync(model);
        // What was committed afterwards proves nothing about what came before.
        Assert.Equal(NodeFault.Conflict, Assert.Throws<NodeException>(() => test.Node.AskForProof(before)).Fault);
        test.AssertAccepted(test.Node.MakeBundle(test.Node.Vault.Find(before)!, disclose: true));
        Assert.Equal(ProofStage.Ready, await AskedAsync(test.Node, await RunAsync(test, model, 1)));

        var floats = await test.ImportDigitsAsync();
        Assert.Contains("assay-int8-v1", Assert.Throws<ModelException>(() => test.Node.Proofs.Commit(floats)).Message, StringComparison.Ordinal);
        Assert.Equal(NodeFault.NotFound, Assert.Throws<NodeException>(() => test.Node.AskForProof("../../keys/root")).Fault);
        Assert.Equal(NodeFault.NotFound, Assert.Throws<NodeException>(() => test.Node.ProofOf(new string('0', 32))).Fault);
    }

    [Fact]
    public async Task A_proof_that_is_made_here_is_kept_if_it_is_of_a_receipt_of_this_node()
    {
        await using var test = TestNode.Open();
        var model = await CommittedAsync(test);
        var (id, other) = (await RunAsync(test, model, 1), await RunAsync(test, model, 1));
        var bundle = test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: true);
        var proved = test.Node.Prove(bundle);
        Assert.Equal(proved.Evidence!.Proof.Length, test.Node.ProofOf(id).Bytes);
        Assert.Equal(proved.ToBytes(), test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: true).ToBytes());
        // A statement that says the id of another is not that receipt.
        var payload = Encoding.UTF8.GetString(bundle.Envelope.Payload.Span).Replace(id, other, StringComparison.Ordinal);
        test.Node.Prove(bundle with { Envelope = bundle.Envelope with { Payload = Encoding.UTF8.GetBytes(payload) } });
        Assert.Equal(ProofStage.None, test.Node.ProofOf(other).Stage);
    }

    [Fact]
    public async Task A_damaged_commitment_is_said_to_be_one_and_is_made_again()
    {
        await using var test = TestNode.Open();
        var model = await CommittedAsync(test);
        var file = Directory.GetFiles(test.Data.Models, "*.commitment", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        await test.ReopenAsync();
        var damaged = await Assert.ThrowsAsync<StoreException>(() => RunAsync(test, model, 1));
        Assert.Equal(StoreFault.Corrupt, damaged.Fault);
        Assert.Contains("assay commit tiny@1", damaged.Message, StringComparison.Ordinal);
        await test.Node.CommitAsync(model);
        Assert.Equal(ProofStage.Ready, await AskedAsync(test.Node, await RunAsync(test, model, 2)));
    }

    [Fact]
    public async Task Committing_twice_is_committing_once_and_the_log_says_it()
    {
        await using var test = TestNode.Open();
        var model = await test.Node.ImportAsync(test.Write("tiny.onnx", TinyInt8.Classifier()));
        var (first, _) = await test.Node.CommitAsync(model);
        var size = test.Node.Checkpoint.Checkpoint.Size;
        var (second, waiting) = await test.Node.CommitAsync(model);
        Assert.Equal((first.Id, null, size), (second.Id, waiting, test.Node.Checkpoint.Checkpoint.Size));
        Assert.Equal([null, first.Id], test.Fold().Models.Select(m => m.Event.ProofModel));
        Assert.Equal(first.Id, test.Node.Proofs.IdOf(model));
        test.Node.Remove(model);
        Assert.Null(test.Node.Models.CommitmentOf(model));
    }

    [Fact]
    public async Task Bundles_with_proofs_carry_the_one_about_the_weights_as_long_as_it_holds()
    {
        await using var test = TestNode.Open();
        var model = await test.Node.ImportAsync(test.Write("tiny.onnx", TinyInt8.Classifier()));
        Assert.Throws<NodeException>(() => test.Node.Proofs.Weights.Prove(model));
        await test.Node.CommitAsync(model);
        var id = await RunAsync(test, model, 1);
        Assert.Equal(ProofStage.Ready, await AskedAsync(test.Node, id));
        Assert.Equal(WeightsFooting.LogWord, Footing(test, id));

        // It is the model's: also receipts that were proved before have it.
        var doing = new List<string>();
        var made = test.Node.Proofs.Weights.Prove(model, doing.Add);
        Assert.Equal(1, made.Parts);
        Assert.Equal(["proving the weights", "checking the proof"], doing);
        Assert.Equal(WeightsFooting.Proved, Footing(test, id));
        Assert.Equal(made.File, Kept(test, id).Evidence!.Weights.ToArray());
        var bare = Kept(test, id) with { Evidence = null };
        Assert.Equal([true, false], new[] { true, false }.Select(with => !test.Node.Prove(bare, with).Evidence!.Weights.IsEmpty));
        await test.Node.CommitAsync(model);
        Assert.Equal(WeightsFooting.Proved, Footing(test, id));

        // A damaged one is left out: with it the bundle would be refused.
        var damaged = made.File.ToArray();
        damaged[^1] ^= 1;
        test.Node.Models.KeepWeightProof(model, damaged);
        Assert.Equal(WeightsFooting.LogWord, Footing(test, id));
        test.Node.Models.KeepWeightProof(model, [.. "no proof"u8]);
        Assert.Equal(WeightsFooting.LogWord, Footing(test, id));
        test.Node.Models.KeepWeightProof(model, made.File);
        Assert.Equal(WeightsFooting.Proved, Footing(test, id));
        test.Node.Remove(model);
        Assert.Null(test.Node.Models.WeightProofOf(model));
        Assert.Equal(WeightsFooting.LogWord, Footing(test, id));
    }

    private static Verify.Bundles.Bundle Kept(TestNode test, string id) => test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: true);

    // Of a receipt that is accepted as proved.
    private static WeightsFooting? Footing(TestNode test, string id)
    {
        var report = Verifier.Verify(Kept(test, id).ToBytes(), test.Policy with { Execution = ExecutionDemand.Proved }, proofs: new EvidenceVerifier());
        Assert.True(report.Accepted, report.Headline);
        return report[Axis.Execution].Weights;
    }

    internal static async Task<StoredModel> CommittedAsync(TestNode test)
    {
        var model = await test.Node.ImportAsync(test.Write("tiny.onnx", TinyInt8.Classifier()));
        await test.Node.CommitAsync(model);
        return model;
    }

    internal static async Task<string> RunAsync(TestNode test, StoredModel model, int seed)
    {
        var answer = await test.Node.InvokeAsync(model, new Dictionary<string, Tensor> { ["image"] = TinyInt8.Picture(seed) }, new CallerTerms($"nonce {seed}"));
        await test.Node.BundleAsync(answer.Receipt);
        return answer.Receipt.RecordId;
    }

    private static async Task<ProofStage> AskedAsync(AssayNode node, string id)
    {
        node.AskForProof(id);
        return (await WaitAsync(node, id)).Stage;
    }

    private static async Task<ProofState> WaitAsync(AssayNode node, string id)
    {
        while (node.ProofOf(id) is { Stage: ProofStage.Waiting or ProofStage.Proving })
            await Task.Delay(10);
        return node.ProofOf(id);
    }
}
