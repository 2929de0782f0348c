using Assay.Verify.Crypto;

namespace Assay.Log.Hammer;

/// <summary>Ends in the middle of the work of its threads, as a process does whose threads are in the background.</summary>
internal static class Leave
{
    /// <returns>Exit code 0, unless the process dies of its end.</returns>
    public static int Run()
    {
        using var begun = new CountdownEvent(3);
        for (var i = 0; i < begun.InitialCount; i++)
            new Thread(() => SignForever(begun)) { IsBackground = true }.Start();
        begun.Wait();
        return 0;
    }

    private static void SignForever(CountdownEvent begun)
    {
        for (var turn = 0; ; turn++)
        {
            using var key = SigningKey.FromSeed(new byte[32]);
            _ = key.Sign("leaving"u8);
            if (turn == 0)
                begun.Signal();
        }
    }
}
