using System.Buffers.Binary;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Proofs.Tests.Files;

public sealed class CommitmentTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    private static readonly CommittedModel Model = new(
        new ProofModel([2, 4, 4], -5,
        [
            new ConvLayer(0, 3, 3, 3, 1, 1, 1, 1, 4, 4, -5, 900, [Group, Group with { Table = [.. Enumerable.Range(-128, 256).Select(y => (sbyte)(y >> 1))] }], [0, 1, 0]),
            new MaxPoolLayer(1), new LinePoolLayer(2, 2, 2, 1, 1, 2), new AddLayer(2, 3, 5, 3, 3, 3, new(1, 3, 1, -128, 127, [])),
            new ConcatLayer([4, 4], 1), new TransposeLayer(5, [3, 2, 1]), new ReshapeLayer(6, [24]), new NormalizeLayer(7, 100, 5, 0, -128, 127),
            new DenseLayer(8, 4, 0, 300, [Group], [0]), new SoftmaxLayer(9, [.. Enumerable.Range(0, 256).Select(d => 2048 >> (d / 16))], false),
        ], new(6, 3, 124, 8)),
        new PublicTensor("image", true, [0, 2, 4, 4], 12.5f, -5), new PublicTensor("scores", true, [0, 4], 1f / 255, -128), Sha256.Of("manifest"u8), Sha256.Of("root"u8));

    [Fact]
    public void A_file_is_read_as_it_was_written()
    {
        var bytes = Model.ToBytes();
        Assert.Equal(bytes, CommittedModel.Read(bytes).ToBytes());
        Assert.Equal(Model.Id, CommittedModel.Read(bytes).Id);
        Assert.NotEqual(Model.Id, (Model with { Root = Sha256.Of("another"u8) }).Id);
    }

    [Fact]
    public void Whatever_is_changed_is_refused_in_words_or_is_another_model()
    {
        var bytes = Model.ToBytes();
        var (read, refused) = (0, 0);
        for (var at = 0; at < bytes.Length; at++)
            foreach (var xor in (byte[])[1, 64, 128, 255])
            {
                var changed = bytes.ToArray();
                changed[at] ^= xor;
                try
                {
                    var model = CommittedModel.Read(changed);
                    // One model has one file; and what a verifier asks of it throws nothing but what it says it does.
                    Assert.Equal(changed, model.ToBytes());
                    Assert.NotEqual(Model.Id, model.Id);
                    InferenceVerifier.Plan(model.Model, 1, ProofChecks.All);
                    read++;
                }
                catch (Exception e) when (e is MalformedException or ProofRefused)
                {
                    Assert.DoesNotContain('\n', e.Message);
                    refused++;
                }
            }
        Assert.True(read > 500 && refused > 200, $"{read} {refused}");
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<MalformedException>(() => CommittedModel.Read(bytes[..length]));
        Assert.Throws<MalformedException>(() => CommittedModel.Read((byte[])[.. bytes, 0]));
    }

    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(-0.5f, 0)]
    [InlineData(-1.5f, -2)]
    [InlineData(1e30f, 127)]
    [InlineData(float.PositiveInfinity, 127)]
    [InlineData(float.NegativeInfinity, -128)]
    [InlineData(float.NaN, 0)]
    public void Floats_are_quantised_to_nearest_with_ties_to_even(float x, int expected)
    {
        Assert.Equal(expected, new PublicTensor("x", true, [0], 1f, 0).Quantize(x));
    }

    [Fact]
    public void An_encoding_is_taken_only_if_it_is_of_that_tensor_alone()
    {
        var tensor = new PublicTensor("y", true, [0, 2], 0.25f, 3);
        byte[] Encoding(string name, ulong rows, params float[] values)
        {
            var bytes = new List<byte>([.. "assay/tensors/v1\n"u8]);
            void Number(ulong value)
            {
                var number = new byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(number, value);
                bytes.AddRange(number);
            }
            Number(1);
            Number((ulong)name.Length);
            bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(name));
            Number(7);
            bytes.AddRange("float32"u8.ToArray());
            Number(2);
            Number(rows);
            Number(2);
            Number(4 * (ulong)values.Length);
            bytes.AddRange(values.SelectMany(BitConverter.GetBytes));
            return [.. bytes];
        }
        var good = Encoding("y", 2, 0f, 0.25f, -32.75f, 31f);
        Assert.Equal((2, "3 4 -128 127"), (tensor.Invert(good)!.Value.Batch, string.Join(' ', tensor.Invert(good)!.Value.Values)));
        foreach (var bad in (byte[][])[Encoding("z", 2, 0f, 0f, 0f, 0f), Encoding("y", 1, 0f, 0f, 0f, 0f), Encoding("y", 2, 0f, 0.1f, 0f, 0f), Encoding("y", 2, 0f, -0f, 0f, 0f), good[..^1], [.. good, 0], []])
            Assert.Null(tensor.Invert(bad));
    }

    [Fact]
    public void Elements_of_int8_are_taken_as_they_are()
    {
        var tensor = PublicTensor.Int8("y", 0, 2);
        byte[] encoding =
        [
            .. "assay/tensors/v1\n"u8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'y', 0, 0, 0, 0, 0, 0, 0, 4, .. "int8"u8,
            0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0x80, 0x7f,
        ];
        foreach (var read in ((int Batch, System.Collections.Immutable.ImmutableArray<sbyte> Values)?[])[tensor.Quantize(encoding), tensor.Invert(encoding)])
            Assert.Equal((1, "-128 127"), (read!.Value.Batch, string.Join(' ', read.Value.Values)));
    }
}
