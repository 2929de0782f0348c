using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>
/// Section 2 of docs/spec/assay-llm-v1.md for many rows at a time: the products take all rows of a batch together, attention takes each
/// row over the pages of its own sequence. No row's arithmetic depends on the others.
/// </summary>
internal sealed unsafe class ForwardPass : IDisposable
{
    // Rows whose scores are computed together: of a large vocabulary each is half a megabyte.
    private const int ScoredRows = 32;

    private readonly LanguageArchitecture a;
    private readonly CacheLayout layout;
    private readonly Isa isa;
    private readonly Workers workers;
    private readonly Launcher launcher;
    private readonly PackedLayer[] layers;
    private readonly WeightPanels output;
    private readonly Scratch scratch;
    private readonly AlignedBuffer outputNorm;
    private readonly EmbeddingTable embedding;
    private readonly Rotations rotations;
    private readonly Batch batch;
    private readonly TokenRows activations;
    private readonly ExpertNetwork? experts;

    // Of each row: the state, its normed form, queries, keys, values, what attention gives, and gate and up of the feed-forward network.
    private readonly AlignedBuffer state, normed, queries, keys, values, attended, gates, ups, added;
    private readonly AlignedBuffer? rawQueries, rawKeys;
    private readonly AlignedBuffer scores;

    public ForwardPass(LanguageArchitecture a, LanguageWeights w, CacheLayout layout, Isa isa, int threads, int batchTokens, int contextLength)
    {
        (this.a, this.layout, this.isa) = (a, layout, isa);
        workers = new Workers(threads);
        launcher = new Launcher(workers);
        scratch = new Scratch(launcher, null);
        var packer = new Packer(launcher, isa);
        layers = [.. w.Layers.Select(l => new PackedLayer(l, packer))];
        output = packer.Matrix(w.Output);
        outputNorm = packer.Vector(w.OutputNorm);
        embedding = new EmbeddingTable(w.TokenEmbedding, a.EmbeddingScale);
        batch = new Batch(batchTokens);
        rotations = new Rotations(a, contextLength);
        long rows = batchTokens;
        int q = a.Heads * a.HeadSize, kv = a.KvHeads * a.HeadSize, inner = a.Experts?.FeedForward ?? a.FeedForward;
        (state, normed, added) = (new(rows * a.Width), new(rows * a.Width), new(rows * a.Width));
        (queries, keys, values, attended) = (new(rows * q), new(rows * kv), new(rows * kv), new(rows * q));
        (rawQueries, rawKeys) = a.QueryKeyNorms ? (new AlignedBuffer(rows * q), new AlignedBuffer(rows * kv)) : (null, null);
        (gates, ups) = (new(rows * inner), new(rows * inner));
        scores = new(Math.Min(rows, ScoredRows) * a.VocabularySize);
        activations = new TokenRows(batchTokens, Math.Max(Math.Max(a.Width, q), inner));
        experts = a.Experts is { } layoutOfExperts ? new ExpertNetwork(a.Width, layoutOfExperts, batchTokens) : null;
    }

    /// <summary>Appends the steps' tokens to the pages of their sequences, which have room, and computes what the steps want.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public void Run(ReadOnlySpan<LanguageStep> steps, CancellationToken cancel)
    {
        *workers.Stop = 0;
        using var registration = cancel.CanBeCanceled ? cancel.UnsafeRegister(static w => *((Workers)w!).Stop = 1, workers) : default;
        using var watch = Interrupt.On(workers.Stop);
        batch.Begin(steps);
        long firstPage = 0;
        for (var s = 0; s < steps.Length; s++)
        {
            var step = steps[s];
            var tokens = step.Tokens.Span;
            for (var i = 0; i < tokens.Length; i++)
            {
                if (batch.IsFull)
                    Flush(steps);
                batch.Add(tokens[i], step.Sequence.Length + i, batch.TableAt(firstPage));
                var (score, state) = (i - (tokens.Length - step.Scored), i - (tokens.Length - step.Stated));
                if (score >= 0 || state >= 0)
                    batch.Want(s, score, state);
            }
            firstPage += step.Sequence.Pages.Count;
        }
        Flush(steps);
    }

    public void Dispose()
    {
        workers.Dispose();
        foreach (var part in (IDisposable?[])[.. layers, output, outputNorm, embedding, rotations, batch, activations, experts,
            scratch, state, normed, queries, keys, values, attended, gates, ups, added, rawQueries, rawKeys, scores])
            part?.Dispose();
    }

    private void Flush(ReadOnlySpan<LanguageStep> steps)
    {
        embedding.Run(launcher, isa, batch, state.Pointer);
        rotations.Prepare(launcher, isa, batch);
        for (var layer = 0; layer < layers.Length && batch.Count > 0; layer++)
        {
            Attend(layer);
            FeedForward(layers[layer]);
        }
        Hand(steps);
        batch.Clear();
    }

    /// <summary>h + attention of the normed h; behind the last layer's keys and values only of the rows of which something is wanted.</summary>
    private void Attend(int layer)
    {
        var l = layers[layer];
        Norm(state, normed, l.AttentionNorm, batch.Count, a.Width);
        var x = activations.Of(normed.Pointer, batch.Count, a.Width);
        Product(x, l.Query, (rawQueries ?? queries).Pointer, l.Key, (rawKeys ?? keys).Pointer, l.Value, values.Pointer);
        if (a.QueryKeyNorms)
        {
            Norm(rawQueries!, queries, l.QueryNorm!, batch.Count * a.Heads, a.HeadSize);
            Norm(rawKeys!, keys, l.KeyNorm!, batch.Count * a.KvHeads, a.HeadSize);
        }
        rotations.Rotate(launcher, isa, layer, batch, queries.Pointer, a.Heads);
        rotations.Rotate(launcher, isa, layer, batch, keys.Pointer, a.KvHeads);
        var write = new CacheWrite
        {
            Keys = keys.Pointer, Values = values.Pointer, Step = a.KvHeads * a.HeadSize, Positions = batch.Positions, Pages = batch.Pages, Layout = layout, Layer = layer,
        };
        launcher.Run(isa, batch.Count, write, Cost.Of(a.KvHeads * a.HeadSize, perNanosecond: 1));
        if (layer == layers.Length - 1)
            KeepWanted();
        if (batch.Count == 0)
            return;
        PagedAttentionKernel.Run(launcher, isa, scratch, new()
        {
            Queries = queries.Pointer, QueryStep = a.Heads * a.HeadSize, Y = attended.Pointer, Positions = batch.Positions, Pages = batch.Pages, Tokens = batch.Count,
            Keys = layout.Keys(layer, 0), Values = layout.Values(layer, 0), GroupStep = layout.GroupStep,
            Heads = a.Heads, Groups = a.KvHeads, HeadSize = a.HeadSize, Window = a.Windows[layer], Scale = a.AttentionScale, Softcap = a.AttentionSoftcap,
        });
        Product(activations.Of(attended.Pointer, batch.Count, a.Heads * a.HeadSize), l.AttentionOutput, added.Pointer);
        Add(l.PostAttentionNorm);
    }

    private void FeedForward(PackedLayer l)
    {
        if (batch.Count == 0)
            return;
        Norm(state, normed, l.FfnNorm, batch.Count, a.Width);
        if (experts is null)
            FeedForward(l.FeedForwards[0], normed.Pointer, batch.Count, added.Pointer);
        else
        {
            Product(activations.Of(normed.Pointer, batch.Count, a.Width), l.Router!, experts.Routed);
            experts.Choose(normed.Pointer, batch.Count, added.Pointer);
            for (var e = 0; e < l.FeedForwards.Length; e++)
                if (experts.Gather(e) is > 0 and var rows)
                {
                    FeedForward(l.FeedForwards[e], experts.Input, rows, experts.Output);
                    experts.Scatter(launcher, isa, added.Pointer);
                }
        }
        Add(l.PostFfnNorm);
    }

    private void FeedForward(PackedFeedForward network, float* x, int rows, float* y)
    {
        Product(activations.Of(x, rows, a.Width), network.Gate, gates.Pointer, network.Up, ups.Pointer);
        var inner = network.Down.Columns;
        if (a.Gate == GateFunction.Silu)
            RowKernel<SiluTimes>.Run(launcher, isa, gates.Pointer, inner, ups.Pointer, inner, gates.Pointer, inner, rows, inner);
        else
            RowKernel<GeluTimes>.Run(launcher, isa, gates.Pointer, inner, ups.Pointer, inner, gates.Pointer, inner, rows, inner);
        Product(activations.Of(gates.Pointer, rows, inner), network.Down, y);
    }

    /// <summary>h + what was added, normed first where the model has a norm for that.</summary>
    private void Add(AlignedBuffer? norm)
    {
        if (norm is not null)
            Norm(added, normed, norm, batch.Count, a.Width);
        RowKernel<AddRows>.Run(launcher, isa, state.Pointer, a.Width, (norm is null ? added : normed).Pointer, a.Width, state.Pointer, a.Width, batch.Count, a.Width);
    }

    private void Product(TokenRows x, WeightPanels w, float* y) => PanelProduct.Run(launcher, isa, scratch, x, new PanelOutput(w, y, w.Rows));

    private void Product(TokenRows x, WeightPanels first, float* y1, WeightPanels second, float* y2) =>
        PanelProduct.Run(launcher, isa, scratch, x, new PanelOutput(first, y1, first.Rows), new PanelOutput(second, y2, second.Rows));

    private void Product(TokenRows x, WeightPanels first, float* y1, WeightPanels second, float* y2, WeightPanels third, float* y3) =>
        PanelProduct.Run(launcher, isa, scratch, x, new PanelOutput(first, y1, first.Rows), new PanelOutput(second, y2, second.Rows), new PanelOutput(third, y3, third.Rows));

    private void Norm(AlignedBuffer x, AlignedBuffer y, AlignedBuffer scale, int rows, int n)
    {
        var kernel = new RowNormalizationKernel { X = x.Pointer, Y = y.Pointer, N = n, Epsilon = a.Epsilon, Scale = new() { Values = scale.Pointer, Rows = 1, Run = 1 } };
        RowNormalizationKernel.Run(launcher, isa, kernel, rows);
    }

    /// <summary>Moves the state and queries of the rows of which something is wanted to the front: the last layer needs no others.</summary>
    private void KeepWanted()
    {
        if (batch.Wanted.Count < batch.Count)
            for (var i = 0; i < batch.Wanted.Count; i++)
            {
                Move(state.Pointer, batch.Wanted[i].Row, i, a.Width);
                Move(queries.Pointer, batch.Wanted[i].Row, i, a.Heads * a.HeadSize);
            }
        batch.KeepWanted();
    }

    private static void Move(float* x, long from, long to, int count) =>
        new ReadOnlySpan<float>(x + (from * count), count).CopyTo(new Span<float>(x + (to * count), count));

    /// <summary>2.7 of the rows that are left.</summary>
    private void Hand(ReadOnlySpan<LanguageStep> steps)
    {
        if (batch.Count == 0)
            return;
        Norm(state, normed, outputNorm, batch.Count, a.Width);
        HandStates(steps);
        for (var first = 0; first < batch.Count;)
        {
            var (wanted, rows) = (batch.Wanted[first], Math.Min(ScoredRows, batch.Count - first));
            if (OfOneStep(first) is var own && own >= rows)
            {
                // They lie side by side where they are wanted.
                rows = own;
                fixed (float* y = steps[wanted.Step].ScoreRow(wanted.Score))
                    Score(first, rows, y);
            }
            else
            {
                Score(first, rows, scores.Pointer);
                for (var i = 0; i < rows; i++)
                    new ReadOnlySpan<float>(scores.Pointer + ((long)i * a.VocabularySize), a.VocabularySize)
                        .CopyTo(steps[batch.Wanted[first + i].Step].ScoreRow(batch.Wanted[first + i].Score));
            }
            first += rows;
        }
    }

    /// <summary>Rows from <paramref name="first"/> on that belong to the same step.</summary>
    private int OfOneStep(int first)
    {
        var end = first + 1;
        while (end < batch.Count && batch.Wanted[end].Step == batch.Wanted[first].Step)
            end++;
        return end - first;
    }

    private void Score(int first, int rows, float* y)
    {
        Product(activations.Of(normed.Pointer + ((long)first * a.Width), rows, a.Width), output, y);
        if (a.ScoreSoftcap > 0)
            RowKernel<Softcap>.Run(launcher, isa, y, a.VocabularySize, y, a.VocabularySize, y, a.VocabularySize, rows, a.VocabularySize, a.ScoreSoftcap);
    }

    /// <summary>The final states that are wanted; leaves the rows in front whose scores are.</summary>
    private void HandStates(ReadOnlySpan<LanguageStep> steps)
    {
        var scored = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var wanted = batch.Wanted[i];
            if (wanted.State >= 0)
                new ReadOnlySpan<float>(normed.Pointer + ((long)i * a.Width), a.Width).CopyTo(steps[wanted.Step].StateRow(wanted.State));
            if (wanted.Score < 0)
                continue;
            if (scored < i)
                Move(normed.Pointer, i, scored, a.Width);
            scored++;
        }
        if (scored < batch.Count)
            batch.KeepScored();
    }
}
