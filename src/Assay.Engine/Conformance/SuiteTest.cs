using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Conformance;

/// <summary>One test of the suite: a model, and sets of inputs with the outputs that are expected.</summary>
/// <param name="Folder"><c>node</c>, <c>simple</c>, <c>pytorch-converted</c>, <c>pytorch-operator</c> or <c>light</c>.</param>
/// <param name="Name">Its name in that folder.</param>
/// <param name="Files">Its files by their path in the test.</param>
public sealed record SuiteTest(string Folder, string Name, IReadOnlyDictionary<string, byte[]> Files)
{
    public const string ModelFile = "model.onnx";

    /// <summary>The folder of whole networks, whose one input is not in the archive.</summary>
    internal const string Light = "light";

    /// <summary><c>node/test_abs</c>.</summary>
    public string FullName => $"{Folder}/{Name}";

    public byte[] Model => Files[ModelFile];

    /// <summary>Whole networks: seconds each, where the others take milliseconds.</summary>
    public bool IsLarge => Folder == Light;

    /// <summary>How many sets of inputs and outputs there are.</summary>
    public int Sets
    {
        get
        {
            var sets = 0;
            while (Files.Keys.Any(f => f.StartsWith($"test_data_set_{sets}/", StringComparison.Ordinal)))
                sets++;
            return sets;
        }
    }

    /// <summary>Input <paramref name="i"/> of a set, for a graph that says <paramref name="info"/> of it.</summary>
    /// <exception cref="ModelException">The file is absent, or not a value of a kind that is known.</exception>
    public ModelValue Input(int set, int i, ValueInfo info) => IsLarge ? Ramp(info) : TensorFile.ReadValue(File($"test_data_set_{set}/input_{i}.pb"), info).Value;

    /// <summary>Whether the set says what output <paramref name="i"/> has to be.</summary>
    public bool HasOutput(int set, int i) => Files.ContainsKey($"test_data_set_{set}/output_{i}.pb");

    /// <summary>What output <paramref name="i"/> of a set has to be, where the run gives a value such as <paramref name="info"/> says.</summary>
    /// <inheritdoc cref="Input"/>
    public ModelValue Output(int set, int i, ValueInfo info) => TensorFile.ReadValue(File($"test_data_set_{set}/output_{i}.pb"), info).Value;

    private byte[] File(string name) => Files.TryGetValue(name, out var bytes) ? bytes : throw new ModelException($"the test has no {name}");

    /// <summary>Element i of n is i / n, in double precision and then rounded: the suite's rule for these networks.</summary>
    private static Tensor Ramp(ValueInfo info)
    {
        var shape = new Fact(info.Type, info.Dims).Shape;
        var ramp = new float[shape.Count];
        for (var i = 0; i < ramp.Length; i++)
            ramp[i] = (float)((double)i / ramp.Length);
        return Tensor.From<float>(shape, ramp);
    }
}
