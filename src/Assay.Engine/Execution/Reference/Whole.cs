namespace Assay.Engine.Execution.Reference;

/// <summary>Whole numbers near a number; all exact.</summary>
internal static class Whole
{
    public static T Floor<T>(T a) where T : unmanaged, IReal<T> => T.Of(Math.Floor(T.ToDouble(a)));

    public static T Truncate<T>(T a) where T : unmanaged, IReal<T> => T.Of(Math.Truncate(T.ToDouble(a)));

    /// <summary>The nearest, ties to even.</summary>
    public static T RoundEven<T>(T a) where T : unmanaged, IReal<T> => T.Of(Math.Round(T.ToDouble(a), MidpointRounding.ToEven));
}
