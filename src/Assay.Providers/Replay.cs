using System.Globalization;
using System.Numerics;
using Assay.Engine.Models;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers;

/// <summary>Runs again what a receipt says was run, and compares with nothing but its own computation.</summary>
public static class Replay
{
    /// <param name="model">
    /// Finds the model by its digest, hashed again as it is read; null where it is not to be had. One whose claim has another digest is run all
    /// the same, and the result says so and is never <see cref="ReplayStatus.Reproduced"/>.
    /// </param>
    /// <exception cref="MalformedException">The bundle, or what it discloses, is not what its format says.</exception>
    public static async Task<ReplayResult> RunAsync(
        Bundle bundle, IProvider engine, Func<Hash, RunnableModel?> model, CancellationToken cancel)
    {
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        if (Missing(bundle, receipt) is { } missing)
            return new ReplayResult(ReplayStatus.Unverifiable, missing, receipt, null);
        if (model(receipt.Model.Manifest) is not { } runnable)
            return new ReplayResult(ReplayStatus.Unverifiable,
                $"the model {receipt.Model.Name}@{receipt.Model.Version} (sha256:{receipt.Model.Manifest.ToHex()}) is not in this store: `assay import` it", receipt, null);
        Hash? other = runnable.Claim.Manifest != receipt.Model.Manifest ? runnable.Claim.Manifest : null;
        if (other is null && runnable.GraphDigest != receipt.Execution.Graph)
            return new ReplayResult(ReplayStatus.Unverifiable,
                "this version lowers the model to another graph than the receipt names", receipt, null);
        // Another model is run all the same, by its own profile.
        if (other is null && LocalEngine.ProfileOf(runnable.Graph) is var profile && profile != receipt.Execution.Profile)
            return new ReplayResult(ReplayStatus.Unverifiable,
                $"the receipt follows the profile {Short(receipt.Execution.Profile)}, the model {Short(profile)}", receipt, null);

        var inputs = Decode(bundle.Disclosures.Input!.Bytes.Span, "disclosures.input");
        Run run;
        try
        {
            run = await engine.InvokeAsync(new Invocation(runnable, inputs.ToDictionary(i => i.Name, i => i.Value), Watched: true), cancel);
        }
        catch (ModelException e)
        {
            return new ReplayResult(ReplayStatus.Unverifiable, $"the model cannot be run on that input here: {e.Message}", receipt, null) { OtherModel = other };
        }
        ReplayResult Found(ReplayStatus status, string detail) =>
            new(status, detail, receipt, run.Outputs) { OtherModel = other, Trace = status == ReplayStatus.Unverifiable ? null : run.Trace };

        var ours = run.EncodedOutputs;
        var output = bundle.Disclosures.Output!;
        // The salt is all that is taken from the bundle; the bytes are our own.
        if ((ulong)ours.Length == receipt.Output.Length && OutputCommitment.Of(output.Salt.Span, ours) == receipt.Output.Commitment)
            return other is null
                ? Found(ReplayStatus.Reproduced, $"{ours.Length} bytes of output are the same")
                : Found(ReplayStatus.Diverged, $"the model is not the one that the receipt names; its {ours.Length} bytes of output are the same");
        // A divergence accuses the node, so it needs the bytes that the node committed to: whoever holds a bundle may have damaged it.
        return (ulong)output.Bytes.Length == receipt.Output.Length && OutputCommitment.Of(output.Salt.Span, output.Bytes.Span) == receipt.Output.Commitment
            ? Found(ReplayStatus.Diverged, Difference(output.Bytes.Span, run.Outputs))
            : Found(ReplayStatus.Unverifiable, "the disclosed output is not the one that the receipt commits to");
    }

    private static string Short(string profile) => $"{profile[..Math.Min(12, profile.Length)]}…";

    private static string? Missing(Bundle bundle, Receipt receipt)
    {
        if (receipt.Output.Kind == OutputKind.Relayed)
            return "the answer was relayed: the receipt proves what was forwarded and what came back, not which model answered, and there is nothing to compute again";
        if (receipt.Execution.Profile != LocalEngine.Profile && receipt.Execution.Profile != LocalEngine.Int8Profile)
            return $"the receipt follows the profile {Short(receipt.Execution.Profile)}, this engine {Short(LocalEngine.Profile)} and {Short(LocalEngine.Int8Profile)}";
        if (receipt.Output.Kind != OutputKind.Tensors)
            return "the receipt's output is tokens, and this engine gives tensors";
        if (bundle.Disclosures.Input is not { } input || bundle.Disclosures.Output is null)
            return "the bundle does not disclose the input, or the salt of the output";
        return Commitment.OfInput(input.Salt.Span, input.Bytes.Span) == receipt.Input.Commitment && (ulong)input.Bytes.Length == receipt.Input.Length
            ? null
            : "the disclosed input is not the one that the receipt commits to";
    }

    private static IReadOnlyList<NamedTensor> Decode(ReadOnlySpan<byte> bytes, string where)
    {
        try
        {
            return TensorEncoding.Decode(bytes);
        }
        catch (ModelException e)
        {
            throw new MalformedException($"{where}: {e.Message}", e);
        }
    }

    // Says where, if the other side's bytes can be read.
    internal static string Difference(ReadOnlySpan<byte> theirs, IReadOnlyList<NamedTensor> outputs)
    {
        IReadOnlyList<NamedTensor> others;
        try
        {
            others = TensorEncoding.Decode(theirs);
        }
        catch (ModelException)
        {
            return "the disclosed output is no list of tensors";
        }
        for (var i = 0; i < Math.Min(outputs.Count, others.Count); i++)
        {
            var (mine, other) = (outputs[i], others[i]);
            if (mine.Name != other.Name || mine.Value.Type != other.Value.Type || mine.Value.Shape != other.Value.Shape)
                return $"output {i} is '{other.Name}' {other.Value} in the receipt and '{mine.Name}' {mine.Value} here";
            var at = mine.Value.Bytes.CommonPrefixLength(other.Value.Bytes);
            if (at < mine.Value.Bytes.Length)
                return $"output '{mine.Name}' first differs at element {at / mine.Value.Type.Size()} of {mine.Value.Count}{Numbers(other.Value, mine.Value, at / mine.Value.Type.Size())}";
        }
        return $"the receipt has {others.Count} outputs, this run {outputs.Count}";
    }

    // By how much, where the type is a common one.
    private static string Numbers(Tensor theirs, Tensor ours, int at) => ours.Type switch
    {
        DType.Float32 => Apart(theirs.Span<float>()[at], ours.Span<float>()[at]),
        DType.Float64 => Apart(theirs.Span<double>()[at], ours.Span<double>()[at]),
        DType.Int64 => Apart(theirs.Span<long>()[at], ours.Span<long>()[at]),
        DType.Int32 => Apart(theirs.Span<int>()[at], ours.Span<int>()[at]),
        _ => "",
    };

    private static string Apart<T>(T theirs, T ours) where T : INumber<T> => string.Create(
        CultureInfo.InvariantCulture, $": the receipt has {theirs}, this run {ours} ({T.Abs(ours - theirs)} apart)");
}
