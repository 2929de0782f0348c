namespace Assay.Engine.Language.Generation;

/// <summary>The embeddings of a request, when all of them are made.</summary>
public sealed class EmbeddingStream : AnswerStream
{
    private readonly TaskCompletionSource<float[][]> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] rows;
    private int open;

    internal EmbeddingStream(int texts, Action<AnswerStream> stirred, CancellationToken cancel) : base(stirred, cancel) =>
        (rows, open) = (new float[texts][], texts);

    /// <summary>One row for each text, in their order.</summary>
    /// <exception cref="OperationCanceledException">The request was broken off.</exception>
    public Task<float[][]> Rows => made.Task;

    internal override bool IsPaused => false;

    internal void Write(int text, float[] row)
    {
        rows[text] = row;
        if (--open == 0)
            Complete();
    }

    private protected override void End(Exception? failure)
    {
        if (failure is null)
            made.TrySetResult(rows);
        else if (failure is OperationCanceledException)
            made.TrySetCanceled();
        else
            made.TrySetException(failure);
    }
}
