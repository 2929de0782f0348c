using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Soundness;

namespace Assay.Prover.Tests;

/// <summary>Nothing that a challenge must depend on is left out of the transcript: a prover could choose it afterwards.</summary>
public sealed class TranscriptForgeryTests
{
    private static readonly ProofModel Model = new([2, 3], -3,
        [new ReshapeLayer(0, [6]), new DenseLayer(1, 4, -3, 500, [new(20011, 20, 3, -128, 127, [])], [0]), new TableLayer(2, [.. Enumerable.Range(-128, 256).Select(y => (sbyte)(y >> 1))])], ProvedModel.Small);

    [Fact]
    public void Every_item_of_the_statement_changes_the_first_challenge()
    {
        var of = new Statement(new byte[32], new byte[] { 1, 2 }, 2, [.. new sbyte[12]], [.. new sbyte[8]]);
        var seen = new HashSet<Proofs.Field.Felt4>();
        void Differs(ProofModel model, Statement statement) => Assert.True(seen.Add(statement.Begin(model).Challenge(Tags.Challenge)));

        Differs(Model, of);
        foreach (var parameters in (ProofParameters[])[Model.Parameters with { LogColumns = 7 }, Model.Parameters with { LogInverseRate = 2 }, Model.Parameters with { Queries = 125 }, Model.Parameters with { LogRange = 9 }])
            Differs(Model with { Parameters = parameters }, of);
        for (var i = 0; i < 32; i++)
            Differs(Model, of with { ModelId = (byte[])[.. new byte[i], 1, .. new byte[31 - i]] });
        foreach (var context in (byte[][])[[], [1], [1, 3], [1, 2, 0], [0, 1, 2]])
            Differs(Model, of with { Context = context });
        for (var i = 0; i < 12; i++)
            Differs(Model, of with { Input = of.Input.SetItem(i, -1) });
        for (var i = 0; i < 8; i++)
            Differs(Model, of with { Output = of.Output.SetItem(i, -1) });
        // The same bytes under other sizes: of the input, of the output, of a batch.
        Differs(Model with { InputSizes = [3, 2] }, of);
        Differs(Model with { InputSizes = [6], Layers = Model.Layers.SetItem(0, new ReshapeLayer(0, [2, 3])).SetItem(1, new ReshapeLayer(1, [6])).SetItem(2, Model.Layers[1] with { }) }, of);
        Differs(Model with { Layers = Model.Layers.Add(new ReshapeLayer(3, [2, 2])) }, of);
        Differs(Model with { InputSizes = [3, 1], Layers = [new ReshapeLayer(0, [3]), new DenseLayer(1, 2, 0, 0, [], [])] }, of with { Batch = 4 });
    }

    [Fact]
    public void Every_byte_of_every_message_changes_what_is_drawn_after_it_and_columns_and_paths_come_last()
    {
        var proved = new ProvedModel(new Random(71), Model, 1);
        var last = (int)ProofOutline.Of(Model, 1)!.FixedBytes - ProofHeader.Size;
        var honest = After(proved, proved.Proof);
        for (var at = 0; at < proved.Proof.Length; at += at < last ? 1 : 997)
        {
            var changed = proved.Proof.ToArray();
            changed[at] ^= (byte)(1 << at % 8);
            Assert.Equal(at >= last, honest.Equals(After(proved, changed)));
        }
    }

    // A challenge after all of a proof, whatever it says.
    private static Proofs.Field.Felt4 After(ProvedModel proved, byte[] proof)
    {
        var reader = new ProofReader(proof, proved.Statement.Begin(Model), ProofChecks.None);
        var (root, claims) = InferenceVerifier.Claims(reader, proved.Plan, proved.Statement);
        Opening.Read(reader, Model.Parameters.Size, [new(proved.Committed.Root, proved.Plan.WeightRows, ProofCheck.ModelPath), new(root, proved.Plan.Witness.Rows, ProofCheck.WitnessPath)], claims);
        return reader.Transcript.Challenge(Tags.Challenge);
    }
}
