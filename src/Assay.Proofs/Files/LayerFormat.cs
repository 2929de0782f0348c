using System.Collections.Immutable;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Files;

/// <summary>
/// Layers in a commitment file (docs/spec/proofs.md section 8): a byte of kind, its inputs, its figures. Reading refuses what does not fit the
/// bytes; whether figures are in their ranges is for the verifier to say (C4).
/// </summary>
internal static class LayerFormat
{
    // A kind is one row: its number, its figures out, its figures in.
    private static readonly ImmutableArray<Kind> Kinds =
    [
        Kind.Of<DenseLayer>(1, (file, l) => WriteWeights(file, l), (file, inputs) =>
        {
            var (outputs, zeroPoint, biasBound) = (file.Int(), file.Short(), file.Int());
            var (groups, groupOf, limbs) = ReadGroups(file);
            return new DenseLayer(inputs[0], outputs, zeroPoint, biasBound, groups, groupOf) { Limbs = limbs };
        }),
        Kind.Of<ConvLayer>(2, (file, l) =>
        {
            Ints(file, l.KernelRows, l.KernelColumns, l.Stride, l.Dilation, l.Top, l.Left, l.Rows, l.Columns);
            file.Byte(l.Depthwise ? 1 : 0);
            WriteWeights(file, l);
        }, (file, inputs) =>
        {
            var sizes = Ints(file, 8);
            var depthwise = Flag(file);
            var (outputs, zeroPoint, biasBound) = (file.Int(), file.Short(), file.Int());
            var (groups, groupOf, limbs) = ReadGroups(file);
            return new ConvLayer(
                inputs[0], outputs, sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7], zeroPoint, biasBound, groups, groupOf, depthwise) { Limbs = limbs };
        }),
        Kind.Of<MaxPoolLayer>(3, (_, _) => { }, (_, inputs) => new MaxPoolLayer(inputs[0])),
        Kind.Of<LinePoolLayer>(4, (file, l) => Ints(file, l.Along, l.Kernel, l.Stride, l.Before, l.Size),
            (file, inputs) => Ints(file, 5) is var f ? new LinePoolLayer(inputs[0], f[0], f[1], f[2], f[3], f[4]) : null!),
        Kind.Of<AveragePoolLayer>(5, (file, l) =>
        {
            Ints(file, l.KernelRows, l.KernelColumns, l.Stride, l.Top, l.Left, l.Rows, l.Columns);
            file.Short(l.ZeroPoint);
            WriteGroups(file, l);
        }, (file, inputs) =>
        {
            var (f, zeroPoint) = (Ints(file, 7), file.Short());
            var (groups, groupOf, limbs) = ReadGroups(file);
            return new AveragePoolLayer(inputs[0], f[0], f[1], f[2], f[3], f[4], f[5], f[6], zeroPoint, groups, groupOf) { Limbs = limbs };
        }),
        Kind.Of<AddLayer>(6, (file, l) =>
        {
            NoLimbs(l);
            Ints(file, l.MultiplierA, l.MultiplierB);
            file.Short(l.ZeroPointA);
            file.Short(l.ZeroPointB);
            WriteGroup(file, l.Group);
        }, (file, inputs) => new AddLayer(inputs[0], inputs[1], file.Int(), file.Int(), file.Short(), file.Short(), ReadGroup(file)), inputs: 2),
        Kind.Of<TableLayer>(7, (file, l) => WriteTable(file, l.Table), (file, inputs) => new TableLayer(inputs[0], ReadTable(file))),
        Kind.Of<ReshapeLayer>(8, (file, l) => file.List(l.Sizes, file.Int), (file, inputs) => new ReshapeLayer(inputs[0], [.. file.List(4, file.Int)])),
        Kind.Of<TransposeLayer>(9, (file, l) => file.List(l.Order, file.Int), (file, inputs) => new TransposeLayer(inputs[0], [.. file.List(4, file.Int)])),
        Kind.Of<ConcatLayer>(10, (file, l) => file.Int(l.Along), (file, inputs) => new ConcatLayer(inputs, file.Int()), inputs: -1),
        Kind.Of<MatMulLayer>(11, (file, l) =>
        {
            NoLimbs(l);
            file.Short(l.ZeroPointA);
            file.Short(l.ZeroPointB);
            WriteGroup(file, l.Group);
        }, (file, inputs) => new MatMulLayer(inputs[0], inputs[1], file.Short(), file.Short(), ReadGroup(file)), inputs: 2),
        Kind.Of<SoftmaxLayer>(12, (file, l) =>
        {
            file.Byte(l.Causal ? 1 : 0);
            file.List(l.Exponents, e => file.Word(e));
        }, (file, inputs) => Flag(file) is var causal ? new SoftmaxLayer(inputs[0], [.. file.List(2, () => (int)file.Word())], causal) : null!),
        Kind.Of<NormalizeLayer>(13, (file, l) =>
        {
            Ints(file, l.Gain, l.Epsilon);
            file.Short(l.ZeroPoint);
            file.Short(l.Low);
            file.Short(l.High);
        }, (file, inputs) => new NormalizeLayer(inputs[0], file.Int(), file.Int(), file.Short(), file.Short(), file.Short())),
    ];

    public static void Write(FileWriter file, ProofLayer layer)
    {
        var kind = Kinds.FirstOrDefault(k => k.Type == layer.GetType()) ?? throw new InvalidOperationException($"a layer without a place in commitment files: {layer.GetType().Name}");
        file.Byte(kind.Number);
        file.List(layer.Inputs, file.Int);
        kind.Write(file, layer);
    }

    /// <exception cref="Verify.MalformedException">Not such a layer.</exception>
    public static ProofLayer Read(FileReader file)
    {
        var number = file.Byte();
        var kind = Kinds.FirstOrDefault(k => k.Number == number) ?? throw FileReader.Wrong($"a layer of kind {number}");
        ImmutableArray<int> inputs = [.. file.List(4, file.Int)];
        return kind.Inputs < 0 || inputs.Length == kind.Inputs ? kind.Read(file, inputs) : throw FileReader.Wrong($"a layer of kind {number} has {inputs.Length} inputs");
    }

    private static void NoLimbs(ScaledLayer layer)
    {
        if (layer.Limbs)
            throw new InvalidOperationException("a layer of one scale group needs no limbs, and files have no place for them");
    }

    private static void WriteWeights(FileWriter file, WeightLayer layer)
    {
        file.Int(layer.Outputs);
        file.Short(layer.ZeroPoint);
        file.Int(layer.BiasBound);
        WriteGroups(file, layer);
    }

    private static void WriteGroups(FileWriter file, ScaledLayer layer)
    {
        file.List(layer.Groups, g => WriteGroup(file, g));
        file.List(layer.GroupOf, file.Word);
        file.Byte(layer.Limbs ? 1 : 0);
    }

    private static (ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf, bool Limbs) ReadGroups(FileReader file) =>
        ([.. file.List(10, () => ReadGroup(file))], [.. file.List(2, () => (int)file.Word())], Flag(file));

    private static void WriteGroup(FileWriter file, ScaleGroup group)
    {
        file.Word(group.Multiplier);
        file.Byte(group.Shift);
        file.Short(group.ZeroPoint);
        file.Short(group.Low);
        file.Short(group.High);
        WriteTable(file, group.Table);
    }

    private static ScaleGroup ReadGroup(FileReader file) => new(file.Word(), file.Byte(), file.Short(), file.Short(), file.Short(), ReadTable(file));

    private static void WriteTable(FileWriter file, ImmutableArray<sbyte> table)
    {
        file.Byte(table.IsEmpty ? 0 : 1);
        foreach (var value in table)
            file.Byte((byte)value);
    }

    private static ImmutableArray<sbyte> ReadTable(FileReader file) => Flag(file) ? [.. file.Bytes(256).ToArray().Select(b => (sbyte)b)] : [];

    private static bool Flag(FileReader file) => file.Byte() is var flag and <= 1 ? flag == 1 : throw FileReader.Wrong("a flag that is neither 0 nor 1");

    private static void Ints(FileWriter file, params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
            file.Int(value);
    }

    private static int[] Ints(FileReader file, int count) => [.. Enumerable.Range(0, count).Select(_ => file.Int())];

    private sealed record Kind(int Number, Type Type, int Inputs, Action<FileWriter, ProofLayer> Write, Func<FileReader, ImmutableArray<int>, ProofLayer> Read)
    {
        public static Kind Of<T>(int number, Action<FileWriter, T> write, Func<FileReader, ImmutableArray<int>, T> read, int inputs = 1) where T : ProofLayer =>
            new(number, typeof(T), inputs, (file, layer) => write(file, (T)layer), read);
    }
}
