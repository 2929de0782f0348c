using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Providers.Tests;

/// <summary>A replay believes nothing but its own computation, and says where the other side's differs.</summary>
public sealed class ReplayTests : IDisposable
{
    private static readonly SigningKey Key = SigningKey.FromSeed([.. Enumerable.Repeat((byte)5, 32)]);
    private static readonly byte[] InputSalt = [.. Enumerable.Repeat((byte)1, Commitment.SaltSize)];
    private static readonly byte[] OutputSalt = [.. Enumerable.Repeat((byte)2, Commitment.SaltSize)];

    // 7 elements of weights, and 7 of bias.
    private static readonly RunnableModel Model = MakeModel(0.5f);

    private readonly LocalEngine engine = new(new SessionOptions { Threads = 1 });

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task Honest_receipt_is_reproduced()
    {
        var result = await ReplayAsync(await HonestAsync());
        Assert.Equal((ReplayStatus.Reproduced, 1), (result.Status, result.Outputs!.Count));
        Assert.Equal((await engine.InvokeAsync(new Invocation(Model, Input(), Watched: true), default)).Trace, result.Trace);
    }

    [Theory]
    [InlineData(Engine.Numerics.Isa.Scalar, 1)]
    [InlineData(null, 2)]
    public async Task It_is_reproduced_whatever_the_instruction_set_and_threads(Engine.Numerics.Isa? isa, int threads)
    {
        using var other = new LocalEngine(new SessionOptions { Isa = isa, Threads = threads });
        Assert.Equal(ReplayStatus.Reproduced, (await Replay.RunAsync(await HonestAsync(), other, _ => Model, default)).Status);
    }

    [Fact]
    public async Task Changed_weight_under_the_same_claim_diverges_and_the_place_is_named()
    {
        // The served model had one other weight than the published one that its receipt names.
        var run = await engine.InvokeAsync(new Invocation(MakeModel(0.5000001f), Input()), default);
        var result = await ReplayAsync(BundleOf(run.EncodedOutputs));
        Assert.Equal(ReplayStatus.Diverged, result.Status);
        Assert.Contains("'y' first differs at element 3 of 7", result.Detail, StringComparison.Ordinal);
        // Of our own run, as of the honest one.
        Assert.Equal((await ReplayAsync(await HonestAsync())).Trace, result.Trace);
    }

    [Fact]
    public async Task Every_changed_byte_of_the_output_diverges()
    {
        var outputs = (await RunAsync()).EncodedOutputs;
        for (var at = 0; at < outputs.Length; at++)
        {
            var changed = outputs.ToArray();
            changed[at] ^= 1;
            var result = await ReplayAsync(BundleOf(changed));
            Assert.Equal(ReplayStatus.Diverged, result.Status);
            Assert.NotEmpty(result.Detail);
        }
        Assert.Equal(ReplayStatus.Diverged, (await ReplayAsync(BundleOf([.. outputs, 0]))).Status);
        Assert.Equal(ReplayStatus.Diverged, (await ReplayAsync(BundleOf([]))).Status);
    }

    [Fact]
    public async Task Output_of_another_shape_or_name_is_named()
    {
        var ours = (await RunAsync()).Outputs[0].Value;
        var shape = await ReplayAsync(BundleOf(TensorEncoding.Encode([new("y", ours.Reshape(Shape.Of(1, 7)))])));
        Assert.Contains("1x7", shape.Detail, StringComparison.Ordinal);
        var name = await ReplayAsync(BundleOf(TensorEncoding.Encode([new("z", ours)])));
        Assert.Contains("'z'", name.Detail, StringComparison.Ordinal);
        var more = await ReplayAsync(BundleOf(TensorEncoding.Encode([new("y", ours), new("z", ours)])));
        Assert.Contains("2 outputs", more.Detail, StringComparison.Ordinal);
        Assert.All([shape, name, more], r => Assert.Equal(ReplayStatus.Diverged, r.Status));
    }

    [Fact]
    public async Task Disclosed_output_is_not_what_is_compared()
    {
        // The bytes shown are right, the commitment is to others; and the other way round.
        var outputs = (await RunAsync()).EncodedOutputs;
        var honest = await HonestAsync();
        var lying = BundleOf([.. outputs[..^1], (byte)(outputs[^1] ^ 1)]);
        var shown = lying with { Disclosures = lying.Disclosures with { Output = honest.Disclosures.Output } };
        // Nothing shown opens the commitment: that may be the holder's doing, and accuses nobody.
        Assert.Equal(ReplayStatus.Unverifiable, (await ReplayAsync(shown)).Status);
        var hidden = honest with { Disclosures = honest.Disclosures with { Output = lying.Disclosures.Output } };
        Assert.Equal(ReplayStatus.Reproduced, (await ReplayAsync(hidden)).Status);
    }

    [Fact]
    public async Task Changed_salt_does_not_open_the_output()
    {
        var bundle = await HonestAsync();
        var salt = OutputSalt.ToArray();
        salt[7] ^= 1;
        var result = await ReplayAsync(bundle with { Disclosures = bundle.Disclosures with { Output = bundle.Disclosures.Output! with { Salt = salt } } });
        Assert.Equal(ReplayStatus.Unverifiable, result.Status);
        Assert.Contains("not the one that the receipt commits to", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_model_it_cannot_be_told()
    {
        var result = await Replay.RunAsync(await HonestAsync(), engine, _ => null, default);
        Assert.Equal((ReplayStatus.Unverifiable, null), (result.Status, result.Outputs));
        Assert.Contains(Model.Claim.Manifest.ToHex(), result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_that_is_not_the_receipts_is_run_and_never_reproduces()
    {
        var digest = Sha256.Of("another model"u8);
        foreach (var (fourth, says) in ((float, string)[])[(0.5f, "bytes of output are the same"), (0.25f, "'y' first differs at element 3 of 7: the receipt has ")])
        {
            var model = MakeModel(fourth);
            var other = model with { Claim = model.Claim with { Manifest = digest } };
            var result = await Replay.RunAsync(await HonestAsync(), engine, _ => other, default);
            Assert.Equal((ReplayStatus.Diverged, digest), (result.Status, result.OtherModel!.Value));
            Assert.Contains(says, result.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Graph_that_is_another_cannot_be_told()
    {
        var other = Model with { GraphDigest = Sha256.Of([1]) };
        Assert.Equal(ReplayStatus.Unverifiable, (await Replay.RunAsync(await HonestAsync(), engine, _ => other, default)).Status);
    }

    [Fact]
    public async Task Other_profile_cannot_be_told()
    {
        var bundle = BundleOf((await RunAsync()).EncodedOutputs, r => r with { Execution = r.Execution with { Profile = "x" } });
        var result = await ReplayAsync(bundle);
        Assert.Equal(ReplayStatus.Unverifiable, result.Status);
        Assert.Contains("profile", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_of_another_kind_of_model_cannot_be_told()
    {
        var bundle = BundleOf((await RunAsync()).EncodedOutputs, r => r with { Execution = r.Execution with { Profile = LocalEngine.Int8Profile } });
        var result = await ReplayAsync(bundle);
        Assert.Equal(ReplayStatus.Unverifiable, result.Status);
        Assert.Equal($"the receipt follows the profile {LocalEngine.Int8Profile[..12]}…, the model {LocalEngine.Profile[..12]}…", result.Detail);
    }

    [Fact]
    public async Task Withheld_input_or_salt_cannot_be_told()
    {
        var bundle = await HonestAsync();
        foreach (var part in (Disclosures[])[Disclosures.Nothing, bundle.Disclosures with { Input = null }, bundle.Disclosures with { Output = null }])
        {
            var result = await ReplayAsync(bundle with { Disclosures = part });
            Assert.Equal((ReplayStatus.Unverifiable, (Hash?)null), (result.Status, result.Trace));
        }
    }

    [Fact]
    public async Task Input_that_the_receipt_does_not_commit_to_cannot_be_told()
    {
        var bundle = await HonestAsync();
        var other = TensorEncoding.Encode([new("x", Tensor.From<float>(Shape.Of(7), [9, 9, 9, 9, 9, 9, 9]))]);
        var result = await ReplayAsync(bundle with { Disclosures = bundle.Disclosures with { Input = new Disclosure(InputSalt, other) } });
        Assert.Equal(ReplayStatus.Unverifiable, result.Status);
        Assert.Contains("not the one", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Committed_input_that_the_model_does_not_take_cannot_be_told()
    {
        var input = TensorEncoding.Encode([new("x", Tensor.From<long>(Shape.Of(1), [1]))]);
        var result = await ReplayAsync(BundleOf((await RunAsync()).EncodedOutputs, input: input));
        Assert.Equal(ReplayStatus.Unverifiable, result.Status);
    }

    [Fact]
    public async Task Committed_input_that_is_no_tensors_is_malformed()
    {
        var bundle = BundleOf((await RunAsync()).EncodedOutputs, input: [1, 2, 3]);
        await Assert.ThrowsAsync<MalformedException>(() => ReplayAsync(bundle));
    }

    private Task<ReplayResult> ReplayAsync(Bundle bundle) =>
        Replay.RunAsync(bundle, engine, digest => digest == Model.Claim.Manifest ? Model : null, default);

    private Task<Run> RunAsync() => engine.InvokeAsync(new Invocation(Model, Input()), default);

    private async Task<Bundle> HonestAsync() => BundleOf((await RunAsync()).EncodedOutputs);

    private static Dictionary<string, Tensor> Input() => new() { ["x"] = Tensor.From<float>(Shape.Of(7), [1, 2, 3, 4, 5, 6, 7]) };

    // Signed and committed as a node would; replay does not look at the log's parts.
    private static Bundle BundleOf(byte[] outputs, Func<Receipt, Receipt>? edit = null, byte[]? input = null)
    {
        input ??= TensorEncoding.Encode([new("x", Input()["x"])]);
        var receipt = new Receipt
        {
            RecordId = new string('0', 32),
            Sequence = 0,
            Issuer = new Issuer(Key.PublicKey.Id, "tester"),
            Model = Model.Claim,
            Input = new ContentClaim(Receipt.Tensors, (ulong)input.Length, Commitment.OfInput(InputSalt, input)),
            Output = new OutputClaim((ulong)outputs.Length, OutputCommitment.Of(OutputSalt, outputs)),
            Execution = new ExecutionClaim(LocalEngine.Profile, new EngineClaim("assay", "0", "test"), Model.GraphDigest),
            RequestedAt = DateTimeOffset.UnixEpoch,
            CompletedAt = DateTimeOffset.UnixEpoch,
            NotBefore = Receipt.NoCheckpoint("test.example/log"),
        };
        receipt = edit?.Invoke(receipt) ?? receipt;
        var note = new Checkpoint("test.example/log", 1, Sha256.Of([1])).Sign(Key);
        return new Bundle
        {
            Envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), Key),
            Promise = new PromiseProof(note, []),
            LogProof = new TlogProof(null, 0, [], note),
            KeyHistory = [],
            ModelEntry = new ProvedEntry(0, default, []),
            NotBeforePath = [],
            Disclosures = new Disclosures(new Disclosure(InputSalt, input), null, new Disclosure(OutputSalt, outputs)),
        };
    }

    private static RunnableModel MakeModel(float fourth)
    {
        var bytes = new OnnxWriter(13)
            .Input("x", DType.Float32, 7).Output("y", DType.Float32, 7)
            .Initialiser("w", Tensor.From<float>(Shape.Of(7), [1, 2, 3, fourth, 5, 6, 7]))
            .Node("Mul", ["x", "w"], ["m"]).Node("Sigmoid", ["m"], ["s"]).Node("Add", ["m", "s"], ["y"]).ToBytes();
        var graph = OnnxModel.Read(bytes);
        var claim = new ModelClaim("m", "1", Sha256.Of("the published model"u8), "onnx");
        return new RunnableModel(claim, graph, Hash.From(GraphDigest.Of(graph)));
    }
}
