using Assay.Proofs.Hashing;
using Assay.Proofs.Models;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Proofs.Files;

/// <summary>
/// A model that proofs speak of, without its weights: what a commitment file holds (docs/spec/proofs.md section 8). A verifier needs this, a proof
/// and a statement, and nothing else.
/// </summary>
/// <param name="Model">Layers and parameters.</param>
/// <param name="Input">How the input stands outside; its zero point is the model's where it is float32.</param>
/// <param name="Output">How the output does.</param>
/// <param name="Manifest">Digest of the model's manifest, as a receipt names it (<c>model.manifest</c>).</param>
/// <param name="Root">Of the matrix of weights and biases.</param>
public sealed record CommittedModel(ProofModel Model, PublicTensor Input, PublicTensor Output, Hash Manifest, Hash Root)
{
    public const ushort Version = 1;

    /// <summary>No file is larger: a bundle takes as much.</summary>
    public const int MostBytes = ProofEvidence.MaxCommitment;

    /// <summary>A model has at most so many layers.</summary>
    public const int MostLayers = 1 << 10;

    private static ReadOnlySpan<byte> Magic => "ASYM"u8;

    /// <summary>32 bytes: derive_key("assay.proofs/1 model") of the file. What is published, and what a statement names.</summary>
    public byte[] Id
    {
        get
        {
            var hash = Blake3.StartDerivingKey("assay.proofs/1 model"u8);
            hash.Add(ToBytes());
            return hash.Finish();
        }
    }

    /// <summary>The file: one model has one.</summary>
    public byte[] ToBytes()
    {
        var file = new FileWriter();
        file.Bytes(Magic);
        file.Word(Version);
        file.Word(0);
        file.Byte(Model.Parameters.LogColumns);
        file.Byte(Model.Parameters.LogInverseRate);
        file.Word(Model.Parameters.Queries);
        file.Byte(Model.Parameters.LogRange);
        file.Bytes(Manifest.Bytes);
        Input.Write(file);
        Output.Write(file);
        file.List(Model.InputSizes, file.Int);
        file.Short(Model.InputZeroPoint);
        file.List(Model.Layers, layer => LayerFormat.Write(file, layer));
        file.Bytes(Root.Bytes);
        return file.ToArray();
    }

    /// <exception cref="MalformedException">Not a commitment file, or one of a model whose parts do not fit one another.</exception>
    public static CommittedModel Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MostBytes)
            throw FileReader.Wrong($"it is larger than {MostBytes} bytes");
        var file = new FileReader(bytes);
        if (!file.Bytes(4).SequenceEqual(Magic))
            throw FileReader.Wrong("it does not begin with 'ASYM'");
        if (file.Word() is var version && version != Version)
            throw FileReader.Wrong($"version {version} is unknown");
        if (file.Word() != 0)
            throw FileReader.Wrong("flags that are not 0");
        var parameters = new ProofParameters(file.Byte(), file.Byte(), file.Word(), file.Byte());
        var manifest = Hash.From(file.Bytes(Hash.Size));
        var (input, output) = (PublicTensor.Read(file), PublicTensor.Read(file));
        var (sizes, zeroPoint) = (file.List(4, file.Int), file.Short());
        var layers = file.List(2, () => LayerFormat.Read(file));
        var root = Hash.From(file.Bytes(Hash.Size));
        file.End();
        if (layers.Length is < 1 or > MostLayers)
            throw FileReader.Wrong($"it has {layers.Length} layers, not 1 to {MostLayers}");
        var model = new CommittedModel(new ProofModel([.. sizes], zeroPoint, [.. layers], parameters), input, output, manifest, root);
        var shapes = model.Model.Shapes(1);
        if (shapes[0].Count != input.Count || shapes[^1].Count != output.Count)
            throw FileReader.Wrong("its public tensors are not as large as those that are proved");
        if (zeroPoint is < -128 or > 127 || (input.IsFloat && input.ZeroPoint != zeroPoint))
            throw FileReader.Wrong("the input's zero point");
        return model;
    }

    public bool Equals(CommittedModel? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => Root.GetHashCode();
}
